#ifndef TRANSFORMER_KERNELS_H
#define TRANSFORMER_KERNELS_H

#include <stdint.h>

/// The hot loops of transformer and objective: one table of functions for each combination of precision
/// and instruction set, all compiled from one source, and a table of plain reference versions.
///
/// Conventions
/// - `void *` stands for the table's scalar: float or double.
/// - Matrices are row-major; a step is the distance between rows, in elements.
/// - A *panel* is `lanes` columns of a matrix, stored row after row, as `pack` writes it.
/// - Rows of activations are padded to a multiple of 16 elements; the padding holds zeros.
/// - Each output element is summed by one accumulator in one order, whatever rows surround it:
///   a row computed alone equals, bit for bit, the same row computed in a batch.

typedef enum { nk_single = 0, nk_double = 1 } nk_precision;

typedef enum {
  /// Plain loops that define what every other level has to compute.
  nk_reference = 0,
  /// What the compiler's target guarantees (SSE2 on x86-64).
  nk_baseline = 1,
  /// AVX2 and FMA.
  nk_v3 = 2,
  /// AVX-512.
  nk_v4 = 3
} nk_level;

/// The shape of one attention layer. Rows are `[query | key | value]`, each section `section`
/// elements wide, of which the first `heads * head_width` are used.
typedef struct {
  intptr_t heads;
  intptr_t head_width;
  intptr_t section;
  /// Distance between rows of queries, keys and values.
  intptr_t row_step;
  /// Distance between rows of the heads' outputs.
  intptr_t out_step;
  /// Keys a cache slot can hold, a multiple of 16.
  intptr_t capacity;
} nk_attention_shape;

/// A run of rows in a tree of them. Its keys are the first `context_rows` of the path that the runs
/// before it formed, then its own rows, causally; these are the path for the run after it. A run
/// without context begins another tree.
typedef struct {
  intptr_t first_row;
  intptr_t row_count;
  intptr_t context_rows;
  /// Row of the outputs that belongs to its first row, if it has queries.
  intptr_t first_output;
  /// Where its probabilities start, in elements of one head.
  intptr_t first_probability;
  /// Whether its rows have queries, or only keys and values for others.
  int32_t has_queries;
} nk_attention_run;

/// Where the per-token figures of `token_statistics` go; natural logarithms.
typedef struct {
  double *_Nonnull log_probability;
  double *_Nonnull entropy;
  double *_Nonnull squared_sum;
  /// KL(behavior‖current) of the token's distribution; may be absent.
  double *_Nullable divergence;
} nk_token_figures;

/// MASPO's parameters with every limit a number: σ_base·π_old^−α is held to `sigma_low` …
/// `sigma_high` and the risk factor to `risk_low` … `risk_high`; the upper limit wins. All but
/// α and β are above 0; 0 and infinity stand for no limit.
typedef struct {
  double sigma_base, alpha, sigma_low, sigma_high;
  double beta_positive, beta_negative, risk_low, risk_high;
} nk_maspo;

/// Tokens whose losses `maspo` sums before it goes over to double precision. A batch that is cut
/// at multiples of it gives the same sums.
#define NK_MASPO_BLOCK 1024

typedef struct {
  /// Name of the instruction set, for people.
  const char *_Nonnull name;
  /// Scalars in a vector, the width of a panel; divides 16.
  intptr_t lanes;

  /// Writes `B[depth, width]`, B[d][n] = source[d·depth_step + n·width_step], as panels.
  void (*_Nonnull pack)(
    const void *_Nonnull source, intptr_t depth_step, intptr_t width_step, intptr_t depth,
    intptr_t width, void *_Nonnull panels, intptr_t panel_step);

  /// C[rows, width] = A[rows, depth] · B, or += with `accumulate`. `width` counts whole panels.
  void (*_Nonnull multiply)(
    intptr_t rows, intptr_t width, intptr_t depth, const void *_Nonnull a, intptr_t a_step,
    const void *_Nonnull panels, intptr_t panel_step, void *_Nonnull c, intptr_t c_step,
    int32_t accumulate);

  /// C[height, width] += Aᵀ · B for A[depth, height], B[depth, width]: weight gradients.
  /// B's rows must be readable up to the next multiple of `lanes`.
  void (*_Nonnull multiply_transposed)(
    intptr_t height, intptr_t width, intptr_t depth, const void *_Nonnull a, intptr_t a_step,
    const void *_Nonnull b, intptr_t b_step, void *_Nonnull c, intptr_t c_step);

  /// output = input / √(mean(input²) + epsilon) · weight; `weight` is padded with zeros.
  void (*_Nonnull normalize)(
    intptr_t rows, intptr_t width, intptr_t step, const void *_Nonnull input,
    const void *_Nonnull weight, double epsilon, void *_Nonnull output);

  /// Adds to `input_gradient` and to `weight_gradient[width]`.
  void (*_Nonnull normalize_backward)(
    intptr_t rows, intptr_t width, intptr_t step, const void *_Nonnull output_gradient,
    const void *_Nonnull input, const void *_Nonnull weight, double epsilon,
    void *_Nonnull input_gradient, void *_Nonnull weight_gradient);

  /// Rotary positions on the query section (unless `keys_only`) and the key section, in place;
  /// `direction` −1 rotates back. Tables are `[position, head_width / 2]`.
  void (*_Nonnull rotate)(
    const nk_attention_shape *_Nonnull shape, intptr_t row_count, void *_Nonnull rows,
    const int32_t *_Nonnull positions, const void *_Nonnull cosines, const void *_Nonnull sines,
    int32_t direction, int32_t keys_only);

  /// activation = silu(gate) · up, for rows `[gate | up]` with sections of `section` elements.
  void (*_Nonnull gate)(
    intptr_t rows, intptr_t section, const void *_Nonnull gate_up, void *_Nonnull activation);

  /// Recomputes the activation and turns its gradient into that of `[gate | up]`.
  void (*_Nonnull gate_backward)(
    intptr_t rows, intptr_t section, const void *_Nonnull gate_up,
    const void *_Nonnull activation_gradient, void *_Nonnull activation,
    void *_Nonnull gate_up_gradient);

  /// Attention of runs in the order of their trees. Keeps the probabilities, run after run
  /// `[heads, rows, keys]`, keys rounded up to 16. `scratch` as `nk_attention_scratch` says for the
  /// longest path.
  void (*_Nonnull attend)(
    const nk_attention_shape *_Nonnull shape, intptr_t run_count,
    const nk_attention_run *_Nonnull runs, intptr_t longest, const void *_Nonnull rows,
    void *_Nonnull output, void *_Nonnull probabilities, void *_Nonnull scratch);

  /// Writes the gradients of keys and values of all rows, and of queries where there are any.
  void (*_Nonnull attend_backward)(
    const nk_attention_shape *_Nonnull shape, intptr_t run_count,
    const nk_attention_run *_Nonnull runs, intptr_t longest, const void *_Nonnull rows,
    const void *_Nonnull output_gradient, const void *_Nonnull probabilities,
    void *_Nonnull rows_gradient, void *_Nonnull scratch);

  /// Copies keys and values of `count` rows into a cache slot from key number `first` on.
  /// A slot is `[heads, head_width, capacity]` keys, then `[heads, capacity, value width]`.
  void (*_Nonnull remember)(
    const nk_attention_shape *_Nonnull shape, intptr_t count, const void *_Nonnull rows,
    intptr_t first, void *_Nonnull slot);

  /// Copies the first `count` keys and values of a slot.
  void (*_Nonnull copy_slot)(
    const nk_attention_shape *_Nonnull shape, intptr_t count, const void *_Nonnull from,
    void *_Nonnull to);

  /// Attention of one new row per slot, over the `lengths[i]` keys of `slots[i]`.
  void (*_Nonnull attend_cached)(
    const nk_attention_shape *_Nonnull shape, intptr_t row_count, const void *_Nonnull rows,
    void *_Nonnull const *_Nonnull slots, const int32_t *_Nonnull lengths,
    void *_Nonnull output, void *_Nonnull scratch);

  /// output[i] = table[tokens[i]], rows of `step` elements.
  void (*_Nonnull look_up)(
    intptr_t rows, intptr_t step, const int32_t *_Nonnull tokens, const void *_Nonnull table,
    void *_Nonnull output);

  /// table_gradient[tokens[i]] += output_gradient[i], in the order of the rows.
  void (*_Nonnull look_up_backward)(
    intptr_t rows, intptr_t width, intptr_t step, const int32_t *_Nonnull tokens,
    const void *_Nonnull output_gradient, void *_Nonnull table_gradient);

  /// The figures of each row's token in double precision, logits divided by `temperature`.
  /// `behavior` (rows of `behavior_step`) may be absent. `scratch`: 4·(vocabulary + 8) doubles.
  void (*_Nonnull token_statistics)(
    intptr_t rows, intptr_t vocabulary, const void *_Nonnull logits, intptr_t step,
    double temperature, const int32_t *_Nonnull tokens, const void *_Nullable behavior,
    intptr_t behavior_step, nk_token_figures figures, double *_Nonnull scratch);

  /// Draws `draws[i]` tokens, at least one, from row i by the inverse of its cumulative
  /// distribution at the uniforms. Uniforms, tokens and figures have one entry for each draw,
  /// those of a row side by side, row after row.
  void (*_Nonnull sample)(
    intptr_t rows, intptr_t vocabulary, const void *_Nonnull logits, intptr_t step,
    double temperature, const int32_t *_Nonnull draws, const double *_Nonnull uniforms,
    int32_t *_Nonnull tokens, nk_token_figures figures, double *_Nonnull scratch);

  /// coefficient · ∂ log π(token) / ∂ logits, computed in double precision; with `accumulate`
  /// added to what is there, for a row that predicts several tokens.
  void (*_Nonnull logits_gradient)(
    intptr_t rows, intptr_t vocabulary, const void *_Nonnull logits, intptr_t step,
    double temperature, const int32_t *_Nonnull tokens, const double *_Nonnull coefficients,
    void *_Nonnull gradient, int32_t accumulate, double *_Nonnull scratch);

  /// MASPO on `count` tokens: d loss / d log π after weighting, and, where there is room for them,
  /// ρ and F. `weight` is w = d loss / d token loss, 0 for a masked token, whose other inputs do
  /// not matter and whose results are 0. Adds Σ w·L to `loss`. Within 4e-6 (single) or 1e-14
  /// (double) of the formula, relative to max(1, ρ), for log-probabilities down to −20.
  void (*_Nonnull maspo)(
    const nk_maspo *_Nonnull settings, intptr_t count, const void *_Nonnull behavior,
    const void *_Nonnull current, const void *_Nonnull advantage, const void *_Nonnull weight,
    void *_Nonnull gradient, void *_Nullable ratio, void *_Nullable gate, double *_Nonnull loss);

  /// target = sources[0] + sources[1] + … in that order; `count` at least 1.
  void (*_Nonnull sum)(
    intptr_t size, intptr_t count, const void *_Nonnull const *_Nonnull sources,
    void *_Nonnull target);

  /// Adds Σ x·y to `result`, in double precision.
  void (*_Nonnull dot)(
    intptr_t size, const void *_Nonnull x, const void *_Nonnull y, double *_Nonnull result);

  /// One step of AdamW on `size` parameters. `first_scale` and `second_scale` undo the moments'
  /// bias; `gradient_scale` is the clip factor.
  void (*_Nonnull adam)(
    intptr_t size, void *_Nonnull parameters, const void *_Nonnull gradient,
    void *_Nonnull first_moment, void *_Nonnull second_moment, double gradient_scale,
    double learning_rate, double first_decay, double second_decay, double first_scale,
    double second_scale, double epsilon, double weight_decay);

  /// Multiplies and adds in registers only, to measure what a core can do at most.
  /// - Returns: the floating-point operations done, two for each multiply-add.
  double (*_Nonnull saturate)(intptr_t rounds, void *_Nonnull result);
} nk_kernels;

/// The table for a level, or NULL where this machine cannot run it.
const nk_kernels *_Nullable nk_kernels_at(nk_level level, nk_precision precision);

/// The highest level this machine can run.
nk_level nk_best_level(void);

/// Scalars of scratch that attention over paths of at most `longest` keys needs.
intptr_t nk_attention_scratch(const nk_attention_shape *_Nonnull shape, intptr_t longest);

/// Scalars in one cache slot.
intptr_t nk_slot_size(const nk_attention_shape *_Nonnull shape);

#endif
