# Fits the problems in a folder with glmnet's multinomial family and nnet::multinom; called by make_classes.py.
# In: <k>_X.csv, <k>_rows.csv (y = 1 … K, weight), <k>_offset.csv (K columns), <k>_columns.csv (factor, lower, upper),
# <k>_job.csv (program, alpha, lambda, grouped).  Out: <k>_coef.csv, a row for each class, intercept first, 17 digits.
suppressMessages({library(glmnet); library(nnet)})
folder <- commandArgs(trailingOnly = TRUE)[1]
glmnet.control(fdev = 0, devmax = 1, pmin = 1e-15, mxitnr = 1000)
for (job_file in list.files(folder, pattern = "_job.csv$")) {
  name <- sub("_job.csv", "", job_file)
  read <- function(what) read.csv(file.path(folder, paste0(name, what)))
  job <- read("_job.csv"); rows <- read("_rows.csv"); X <- as.matrix(read("_X.csv")); columns <- read("_columns.csv")
  offset <- as.matrix(read("_offset.csv"))
  if (job$program == "nnet") {
    frame <- data.frame(y = factor(rows$y), X)
    fit <- multinom(y ~ ., frame, weights = rows$weight, trace = FALSE, maxit = 100000, reltol = 1e-20, abstol = 0)
    out <- rbind(0, coef(fit))
  } else if (max(rows$y) == 2) {
    fit <- glmnet(X, factor(rows$y), family = "binomial", weights = rows$weight, offset = offset[, 1],
                  alpha = job$alpha, lambda = job$lambda, standardize = FALSE, penalty.factor = columns$factor,
                  lower.limits = columns$lower, upper.limits = columns$upper, thresh = 1e-22, maxit = 1e8)
    out <- matrix(c(as.numeric(fit$a0), as.numeric(fit$beta)), 1)
  } else {
    fit <- glmnet(X, factor(rows$y), family = "multinomial", weights = rows$weight, offset = offset, alpha = job$alpha,
                  lambda = job$lambda, standardize = FALSE, penalty.factor = columns$factor,
                  lower.limits = columns$lower, upper.limits = columns$upper, thresh = 1e-22, maxit = 1e8,
                  type.multinomial = if (job$grouped == 1) "grouped" else "ungrouped")
    out <- cbind(fit$a0, t(sapply(fit$beta, as.numeric)))
  }
  writeLines(apply(out, 1, function(row) paste(sprintf("%.17g", row), collapse = ",")),
             file.path(folder, paste0(name, "_coef.csv")))
}
print(warnings())
writeLines(c(R.version.string, paste("glmnet", packageVersion("glmnet")), paste("nnet", packageVersion("nnet"))),
           file.path(folder, "version.txt"))
