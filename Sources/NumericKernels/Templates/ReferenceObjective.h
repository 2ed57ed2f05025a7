// Reference version of the objective's inner loop: the formula as it is written, in double
// precision.

static void NK(maspo)(
  const nk_maspo *settings, intptr_t count, const void *behavior, const void *current,
  const void *advantage, const void *weight, void *gradient, void *ratio, void *gate,
  double *loss
) {
  for (intptr_t i = 0; i < count; i++) {
    const double w = ((const NK_SCALAR *)weight)[i], a = ((const NK_SCALAR *)advantage)[i];
    const double old = ((const NK_SCALAR *)behavior)[i];
    const double distance = ((const NK_SCALAR *)current)[i] - old;
    double rho = 0, f = 0, slope = 0;
    if (w != 0) {
      rho = exp(distance > 20 ? 20 : distance < -20 ? -20 : distance);
      double sigma = settings->sigma_base;
      if (settings->alpha != 0) sigma *= exp(-settings->alpha * old);
      if (sigma < settings->sigma_low) sigma = settings->sigma_low;
      if (sigma > settings->sigma_high) sigma = settings->sigma_high;
      double risk =
        a > 0 ? 1 + settings->beta_positive * a : 1 / (1 - settings->beta_negative * a);
      if (risk < settings->risk_low) risk = settings->risk_low;
      if (risk > settings->risk_high) risk = settings->risk_high;
      const double deviation = (rho - 1) / (sigma * risk);
      f = a * (rho - 1) > 0 ? exp(-0.5 * deviation * deviation) : 1;
      slope = -a * f * rho;
      *loss += w * slope;
      if (distance > 20 || distance < -20) slope = 0;
    }
    ((NK_SCALAR *)gradient)[i] = (NK_SCALAR)(w * slope);
    if (ratio != NULL) ((NK_SCALAR *)ratio)[i] = (NK_SCALAR)rho;
    if (gate != NULL) ((NK_SCALAR *)gate)[i] = (NK_SCALAR)f;
  }
}
