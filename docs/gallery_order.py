"""The order of the gallery's pages: that of the story, not of the alphabet."""

STORY = [
    "penalty_and_constraint",
    "why_a_corner",
    "active_and_inactive",
    "correlated_pair",
    "ridge_removes_the_ridge",
    "bias_and_variance",
    "l1_l2_or_between",
    "select_then_refit",
    "one_class_only",
    "separable",
    "mapped_features",
    "must_the_bias_be_free",
    "learning_curve",
    "c_equals_one",
    "early_stopping",
    "dev_table",
    "net_train_and_dev",
    "net_weight_matrices",
    "net_boundary",
    "net_neurons_removed",
    "net_weight_decay",
]


class ByStory:
    """A sort key for sphinx-gallery: the place of `plot_NAME.py` in STORY."""

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, filename):
        return STORY.index(filename.removeprefix("plot_").removesuffix(".py"))
