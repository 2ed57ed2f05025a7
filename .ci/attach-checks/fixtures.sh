#!/usr/bin/env bash
# Records the runs that Tests/AttachedRunsTests/Fixtures/trl holds, anew: PYTHON POLICY FIXTURES
set -euo pipefail
python=$1 policy=$(realpath "$2") fixtures=$(realpath "$3")
here=$(realpath "$(dirname "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$policy" "$work/policy"
# Started there, so that no path of this machine gets into the streams.
cd "$work"

keep() {
  rm -rf "${fixtures:?}/$1"
  mkdir -p "$fixtures/$1"
  cp "$1"/stream/*.msp "$1/trl-log.json" "$fixtures/$1/"
}

small='"per_device_train_batch_size":16,"learning_rate":2e-3'
"$python" "$here/training.py" policy grpo \
  "{\"rewards\":[\"verifier\",\"steps_right\"],\"config\":{$small}}"
"$python" "$here/training.py" policy maspo \
  "{\"steps\":6,\"maspo\":{\"sigma_base\":0.2},\"rewards\":[\"steps_right\"],\"config\":{$small}}"
"$python" -m torch.distributed.run --nproc_per_node 2 --master_port 29517 \
  "$here/training.py" policy two-ranks \
  '{"steps":4,"rewards":["steps_right"],"config":{"per_device_train_batch_size":8,"learning_rate":2e-3}}'
for run in grpo maspo two-ranks; do keep "$run"; done
du -bc "$fixtures"/*/* | tail -1
