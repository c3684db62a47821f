# Fits the problems in a folder with brglm2 (mean bias reduction: Firth's penalty) at its tightest settings; called by
# make_brglm2.py.  In: <k>_X.csv, <k>_rows.csv (y, weight, offset), <k>_job.csv (intercept).
# Out: <k>_coef.csv and <k>_error.csv, intercept first, 17 digits; version.txt.
suppressMessages(library(brglm2))
folder <- commandArgs(trailingOnly = TRUE)[1]
for (job_file in list.files(folder, pattern = "_job.csv$")) {
  name <- sub("_job.csv", "", job_file)
  read <- function(what) read.csv(file.path(folder, paste0(name, what)))
  rows <- read("_rows.csv"); X <- as.matrix(read("_X.csv"))
  if (read("_job.csv")$intercept == 1) X <- cbind(1, X)
  fit <- suppressWarnings(glm(rows$y ~ X - 1, family = binomial("logit"), weights = as.numeric(rows$weight), offset = as.numeric(rows$offset),
    method = "brglmFit", type = "AS_mean", epsilon = 1e-13, maxit = 20000, max_step_factor = 20))
  write <- function(v, what) writeLines(sprintf("%.17g", v), file.path(folder, paste0(name, what)))
  write(coef(fit), "_coef.csv"); write(sqrt(diag(vcov(fit))), "_error.csv")
}
writeLines(c(R.version.string, paste("brglm2", packageVersion("brglm2"))), file.path(folder, "version.txt"))
