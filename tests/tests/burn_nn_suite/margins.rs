//! `HingeEmbeddingLossConfig`, `MarginRankingLossConfig`, `MultiMarginLossConfig` and `SoftMarginLoss`: `HingeEmbedding`,
//! `Hinge` of a difference, `MultiMargin` and `SoftMargin`.

use super::Verdict::{Display, Same};
use super::{FLOATS, Ported, assert_losses, assert_numbers, floats, ints, pair};
use burn_losses::prelude::*;

pub(crate) const HINGE_EMBEDDING: [Ported; 2] = [
    ("test_hinge_embedding_loss", Same, Some(hinge_embedding_of_three_pairs)),
    ("display", Display, Some(super::display::criteria_print_by_name_and_parameters)),
];

pub(crate) const MARGIN_RANKING: [Ported; 2] = [
    ("test_margin_ranking_loss", Same, Some(margin_ranking_is_a_hinge_of_the_difference)),
    ("display", Display, Some(super::display::criteria_print_by_name_and_parameters)),
];

pub(crate) const MULTI_MARGIN: [Ported; 3] = [
    ("test_multi_margin_loss", Same, Some(multi_margin_of_two_rows)),
    ("test_multi_margin_loss_p2", Same, Some(multi_margin_of_two_rows)),
    ("display", Display, Some(super::display::criteria_print_by_name_and_parameters)),
];

pub(crate) const SOFT_MARGIN: [Ported; 2] = [
    ("test_soft_margin_loss", Same, Some(soft_margin_up_to_scores_of_100)),
    ("test_soft_margin_loss_confidently_wrong", Same, Some(soft_margin_up_to_scores_of_100)),
];

#[test]
fn hinge_embedding_of_three_pairs() {
    let inputs = pair([3], &[0.5, 2.0, 1.5], &[1.0, -1.0, -1.0]);
    assert_losses(&HingeEmbedding::default().init(), inputs, &[0.5, 0.0, 0.0]);
}

#[test]
fn margin_ranking_is_a_hinge_of_the_difference() {
    let margin = 0.5;
    for dtype in FLOATS {
        let (first, second) = pair([3], &[1.0, 2.0, 3.0], &[2.0, 1.0, 0.5])(dtype);
        let (scores, targets) = ((first - second) / margin, floats([3], &[1.0, -1.0, 1.0], dtype));
        let hinge = Hinge::default().init();
        let each = hinge.forward_no_reduction(scores.clone(), targets.clone());
        assert_numbers(each * margin, &[1.5, 1.5, 0.0]);
        assert_numbers(hinge.forward(scores.clone(), targets.clone(), Reduction::Mean) * margin, &[1.0]);
        assert_numbers(hinge.forward(scores, targets, Reduction::Sum) * margin, &[3.0]);
    }
}

#[test]
fn multi_margin_of_two_rows() {
    let inputs = |dtype| (floats([2, 3], &[0.1, 0.2, 0.7, 0.9, 0.05, 0.05], dtype), ints([2], &[2, 0]));
    assert_losses(&MultiMargin::default().init(), inputs, &[0.3, 0.1]);
    assert_losses(&MultiMargin::default().with_p(2.0).init(), inputs, &[0.13666666666667, 0.015]);
}

#[test]
fn soft_margin_up_to_scores_of_100() {
    let criterion = SoftMargin::default().init();
    let losses = [0.47407698418011, 0.31326168751822, 2.126928011043, 0.97407698418011];
    assert_losses(&criterion, pair([2, 2], &[0.5, -1.0, 2.0, -0.5], &[1.0, -1.0, -1.0, 1.0]), &losses);
    let losses = [100.0, 20.000000002061, 5.0067153484891];
    assert_losses(&criterion, pair([1, 3], &[-100.0, -20.0, -5.0], &[1.0; 3]), &losses);
}
