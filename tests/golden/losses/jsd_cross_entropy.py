"""Cross-entropy and the Jensen-Shannon divergence of views: Hendrycks et al. 2020, arXiv:1912.02781.

timm bounds the mixture to 1e-7 and more; we do not.
"""

from torch.nn import functional as F

from exact import ln
from signatures.classes import Views as Suite
from signatures.classes import smoothed


def divergences(views, mixture):
    """The sum of KL(p || mixture)."""
    return sum(row.p(k) * (row.log_p(k) - ln(m)) for k, m in enumerate(mixture) for row in views)


def definition(c, views, t):
    clean = views[0]
    cross_entropy = sum(y * -clean.log_p(k) for k, y in enumerate(smoothed(c, t, len(clean))))
    mixture = [sum(row.p(k) for row in views) / len(views) for k in clean.classes]
    return cross_entropy + c.alpha / len(views) * divergences(views, mixture)


def witness(c, b):
    # As in timm, except for the bounds of the mixture.
    views = b.x.unflatten(0, (c.views, -1))
    p = b.p_all.unflatten(0, (c.views, -1))
    loss = F.cross_entropy(views[0], b.t, label_smoothing=c.label_smoothing, reduction="none")
    mixture = p.mean(dim=0).log().expand(p.shape)
    return loss + c.alpha * F.kl_div(mixture, p, reduction="none").sum(dim=2).mean(dim=0)


def cases(suite):
    sets = {
        "alpha_0": {"alpha": 0},
        "views_2": {"views": 2},
        "views_5_alpha_1": {"views": 5, "alpha": 1},
        "views_16": {"views": 16},
        "smoothing_1": {"label_smoothing": 1, "alpha": 0.5},
    }
    suite.add_all({"alpha": 2.5, "views": 2, "label_smoothing": 0.1}, sets, ["views_2", "smoothing_1"])
