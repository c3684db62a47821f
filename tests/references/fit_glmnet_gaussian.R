# Fits the problems in a folder with glmnet's gaussian family at its tightest settings; called by make_glmnet_gaussian.py.
# In and out as in fit_glmnet.R.
suppressMessages(library(glmnet))
folder <- commandArgs(trailingOnly = TRUE)[1]
glmnet.control(fdev = 0, devmax = 1, pmin = 1e-15)
for (job_file in list.files(folder, pattern = "_job.csv$")) {
  name <- sub("_job.csv", "", job_file)
  read <- function(what) read.csv(file.path(folder, paste0(name, what)))
  job <- read("_job.csv"); rows <- read("_rows.csv"); X <- as.matrix(read("_X.csv"))
  fit <- glmnet(X, rows$y, weights = rows$weight, family = "gaussian", offset = rows$offset, alpha = job$alpha,
                lambda = job$lambda, standardize = job$standardize == 1, intercept = job$intercept == 1,
                penalty.factor = read("_factor.csv")$factor, thresh = 1e-28, maxit = 1e8)
  writeLines(sprintf("%.17g", c(as.numeric(fit$a0), as.numeric(fit$beta))), file.path(folder, paste0(name, "_coef.csv")))
}
writeLines(c(R.version.string, paste("glmnet", packageVersion("glmnet"))), file.path(folder, "version.txt"))
