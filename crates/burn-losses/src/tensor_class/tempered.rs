//! What [`BiTempered`](super::BiTempered) is made of: its softmax with heavy tails, and its divergence.
//!
//! The softmax is p = exp_t(x − λ) with Σ p = 1, to the last digits. With c = t − 1, z = x − max x and θ = −ln p of the
//! largest score,
//!
//! ```text
//! ln pₖ = −θ − ln(1 + uₖ)/c,    uₖ = −c·zₖ·e^(−cθ) ≥ 0,    0 ≤ θ ≤ ln C
//! ```
//!
//! so that nothing overflows, whatever t and the scores are. θ is where Σ p = 1. As a function of e^(cθ), (Σ p)^(−c)
//! is a power mean of what is linear in it, and concave: Newton's steps on it climb from θ = 0 and never pass the root,
//! and where all scores are equal, or t is near 1, the first step is there. Of 250 000 random rows of up to 5000
//! classes, t up to 50 and scores up to 10³⁰, none needed all the steps taken here. Σ p − 1 is made without the 1, as
//! the sum over the other classes less 1 − e^(−θ), which is why a small θ has all its digits, too.

use super::{Softmax, best, is_class, real, tensor};
use crate::engine::reduce::Summed as _;
use crate::real::Real;
use burn::tensor::{Int, Tensor};

/// The heavy-tailed softmax of every row, without a graph.
pub(super) struct Tempered {
    pub(super) log_p: Tensor<3>,
    pub(super) p: Tensor<3>,
    /// 1 − p.
    pub(super) miss: Tensor<3>,
    /// p^(t−1): ∂ln p/∂(x − λ).
    pub(super) power: Tensor<3>,
    /// The class of the largest score, the first one at ties, `[N, 1, M]`.
    pub(super) most: Tensor<3, Int>,
}

impl Tempered {
    /// Of detached scores, for t ≥ 1.
    pub(super) fn new(scores: Tensor<3>, t: f64) -> Self {
        if t == 1.0 {
            let Softmax { log_p, p, miss, most, .. } = Softmax::new(scores);
            return Self { power: p.ones_like(), log_p, p, miss, most };
        }
        let (c, shape) = (t - 1.0, scores.dims());
        let most = best(&scores);
        let is_most = is_class(most.clone(), shape[1]);
        let largest = scores.clone().gather(1, most.clone());
        let mut theta = largest.zeros_like();
        let steep = ((scores - largest) * -c).mask_fill(is_most.clone(), 0.0);
        let others = |p: Tensor<3>| p.mask_fill(is_most.clone(), 0.0).summed();
        let at = |theta: Tensor<3>, log_1p: fn(Tensor<3>) -> Tensor<3>| {
            let excess = steep.clone() * (theta.clone() * -c).exp();
            let log_p = log_1p(excess.clone()) * (-1.0 / c) - theta;
            (log_p, (excess + 1.0).recip())
        };
        let steps = 8 + (4.0 * c.min(4.0)) as usize;
        for step in 1..=steps {
            // A GPU's own function has too few digits for the last step, which more than doubles them.
            let (log_p, flatness) = at(theta.clone(), if step < steps { Tensor::<3>::log1p } else { log_1p });
            let p = log_p.exp();
            let weight = p.clone() * flatness;
            let lean = (p.clone() - weight.clone()).summed() / weight.summed();
            theta = tensor(climbed(real(theta), real(others(p)), real(lean), c));
        }
        let (log_p, flatness) = at(theta.clone(), log_1p);
        let p = log_p.clone().exp();
        let miss = (-p.clone() + 1.0).mask_where(is_most.clone(), others(p.clone()).expand(shape));
        Self { log_p, p, miss, power: flatness * (theta * -c).exp(), most }
    }

    /// The slopes by the scores of the divergence of y from p, Σ y = 1, for targets and the `other` classes' y.
    ///
    /// At a fixed λ they are −pₖ^(1−t₁)·(yₖ − pₖ)·pₖ^(t−1), from which λ takes the share wₖ/Σ w of their sum, w = pᵗ.
    /// So any multiple of w may be left out first: the one that leaves nothing for the largest score, after which
    /// nothing cancels where others are as large.
    pub(super) fn slopes(self, gap: Tensor<3>, targets: Tensor<3, Int>, other: f64, t1: f64) -> Tensor<3> {
        let Self { log_p, p, power, most, .. } = self;
        let shape = p.dims();
        let weight = p.clone() * power.clone();
        let of_most = |x: &Tensor<3>| x.clone().gather(1, most.clone());
        let lower = if t1 == 1.0 { p.ones_like() } else { (log_p.clone() * (1.0 - t1)).exp() };
        let lead = of_most(&gap) * of_most(&lower) / of_most(&p);
        let slopes = weight.clone() * lead - gap * lower.clone() * power.clone();
        // Where neither the class nor the largest is the target, the difference is of powers of their probabilities.
        let behind = real(log_p.clone() - of_most(&log_p));
        let mut of_others = p.zeros_like();
        if t1 < 1.0 {
            let less = (behind.clone() * (1.0 - t1)).exp_m1();
            of_others = of_others + weight.clone() * (tensor::<3>(less) * of_most(&lower));
        }
        if t1 > 0.0 && other > 0.0 {
            of_others = of_others + lower * power * tensor::<3>((behind * t1).exp_m1()) * other;
        }
        let is_most = is_class(most.clone(), shape[1]);
        let leads = most.equal(targets.clone()).expand(shape);
        let slopes = of_others.mask_where(is_class(targets, shape[1]).bool_or(leads), slopes);
        let slopes = slopes.mask_fill(is_most, 0.0);
        let share = weight.clone() / weight.summed();
        slopes.clone() - share * slopes.summed()
    }
}

fn log_1p(x: Tensor<3>) -> Tensor<3> {
    tensor(real(x).ln_1p())
}

/// Newton's step on (Σ p)^(−c) as a function of e^(cθ).
///
/// `others` is Σ p without the largest; `lean` is Σ p/Σ (p/(1 + u)) − 1 ≥ 0.
fn climbed<R: Real>(theta: R, others: R, lean: R, c: f64) -> R {
    let log_sum = (others + (-theta.clone()).exp_m1()).ln_1p();
    let bend = -((log_sum.clone() * -c).exp_m1() * lean);
    theta + log_sum + bend.ln_1p() * (1.0 / c)
}

/// y·(log_t y − log_t p) − (y^(2−t) − p^(2−t))/(2 − t) ≥ 0, given y − p with all its digits.
///
/// Where p is near y it is, with q = 1 − t and v = ln(p/y), y^(1+q)·(m((1 + q)·v)/(1 + q) − m(q·v)/q),
/// m(v) = eᵛ − 1 − v.
pub(super) fn divergence<R: Real>(y: f64, p: R, log_p: R, gap: R, t: f64) -> R {
    let q = 1.0 - t;
    let power = if q == 0.0 { p.constant(1.0) } else { (log_p.clone() * q).exp() };
    let of_p = p * power.clone() * (1.0 / (1.0 + q));
    if y == 0.0 {
        return of_p;
    }
    let zero = gap.constant(0.0);
    let short = gap * (1.0 / y);
    let is_near = short.clone().abs().less(&zero.constant(0.5));
    let v = (-R::select(&is_near, short, zero.clone())).ln_1p();
    let near = (v.clone() * (1.0 + q)).exp_m1_minus() * (1.0 / (1.0 + q));
    let near = if q == 0.0 { near } else { near - (v * q).exp_m1_minus() * (1.0 / q) };
    let fall = -(log_p - y.ln());
    let far = if q == 0.0 {
        fall
    } else {
        // The larger of the two powers times what the ratio lacks to 1: no power overflows.
        let size = -(fall.clone().abs() * -q).exp_m1() * (1.0 / q);
        R::select(&fall.less(&zero), -(size.clone() * power), size * y.powf(q))
    };
    let far = far * y + of_p - y.powf(1.0 + q) / (1.0 + q);
    R::select(&is_near, near * y.powf(1.0 + q), far)
}
