# Fits the problems in a folder with glmnet at its tightest settings; called by make_glmnet.py.
# In: <k>_X.csv, <k>_rows.csv (y, weight, offset), <k>_factor.csv, <k>_job.csv (alpha, lambda, standardize, intercept).
# Out: <k>_coef.csv, intercept first, 17 digits; version.txt.
suppressMessages(library(glmnet))
folder <- commandArgs(trailingOnly = TRUE)[1]
glmnet.control(fdev = 0, devmax = 1, pmin = 1e-15, mxitnr = 1000)
for (job_file in list.files(folder, pattern = "_job.csv$")) {
  name <- sub("_job.csv", "", job_file)
  read <- function(what) read.csv(file.path(folder, paste0(name, what)))
  job <- read("_job.csv"); rows <- read("_rows.csv"); X <- as.matrix(read("_X.csv"))
  shares <- cbind(1 - rows$y, rows$y)  # proportions, class 1 second
  fit <- glmnet(X, shares * rows$weight, family = "binomial", offset = rows$offset, alpha = job$alpha,
                lambda = job$lambda, standardize = job$standardize == 1, intercept = job$intercept == 1,
                penalty.factor = read("_factor.csv")$factor, thresh = 1e-22, maxit = 1e8)
  writeLines(sprintf("%.17g", c(as.numeric(fit$a0), as.numeric(fit$beta))), file.path(folder, paste0(name, "_coef.csv")))
}
writeLines(c(R.version.string, paste("glmnet", packageVersion("glmnet"))), file.path(folder, "version.txt"))
