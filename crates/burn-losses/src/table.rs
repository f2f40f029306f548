//! The table of all losses: a line here is all that a loss needs outside its own file.

use crate::binary::*;
use crate::class::*;
use crate::combine::*;
use crate::config::{LossConfig, Registration};
use crate::divergence::*;
use crate::likelihood::*;
use crate::margin::*;
use crate::multilabel::*;
use crate::regression::*;
use crate::signature::kinds;
use crate::soft_class::*;
use crate::tensor_class::*;
use crate::whole::*;

macro_rules! losses {
    (formulas { $($kind:ident: $($formula:ident),+;)+ } wrappers { $($wrapper:ident),+ }) => {
        /// The losses of this crate, in the catalogue's order.
        pub(crate) static LOSSES: &[Registration] = &[
            $($(Registration::of::<kinds::$kind, $formula>(),)+)+
            $(Registration::wrapper::<$wrapper>(),)+
            Registration::WEIGHTED_SUM,
            Registration::ACTIVE_PASSIVE,
            Registration::UNCERTAINTY_WEIGHTING,
        ];

        $($(
            impl From<$formula> for LossConfig {
                fn from(formula: $formula) -> Self {
                    Self::new::<kinds::$kind>(formula)
                }
            }
        )+)+
    };
}

losses! {
    formulas {
    Class:
        CrossEntropy,
        Focal,
        ReducedFocal,
        Poly1CrossEntropy,
        Poly1Focal,
        ZLoss,
        ClassMae,
        Unhinged,
        GeneralizedCrossEntropy,
        TruncatedGeneralizedCrossEntropy,
        TaylorCrossEntropy,
        ReverseCrossEntropy,
        SymmetricCrossEntropy,
        NormalizedCrossEntropy,
        NormalizedClassMae,
        AsymmetricGeneralizedCrossEntropy,
        AsymmetricUnhinged,
        AsymmetricExponential,
        NegativeLearning,
        PHuberGeneralizedCrossEntropy,
        PHuberCrossEntropy,
        MarginCrossEntropy;
    SoftClass:
        Brier,
        ConfidencePenalty,
        NormalizedFocal,
        NormalizedGeneralizedCrossEntropy,
        NormalizedNegativeCrossEntropy,
        NormalizedNegativeFocal,
        SoftBootstrapping,
        AsymmetricSingleLabel,
        AsymmetricMse,
        KlDivergence,
        Jeffreys,
        SkewKl,
        SkewJensenShannon,
        WeightedJensenShannon,
        AlphaDivergence,
        Renyi,
        SquaredHellinger,
        Bhattacharyya,
        TotalVariation,
        GeneralizedKl;
    TensorClass:
        NegativeLogLikelihood,
        MulticlassHinge,
        MultiMargin,
        MulticlassPerceptron,
        MulticlassSparsemax,
        MulticlassEntmax,
        BiTempered,
        HardBootstrapping,
        ForwardCorrection,
        BackwardCorrection,
        Seesaw,
        FocalCosine,
        OrdinalEmd,
        JsdCrossEntropy,
        GeneralizedJensenShannon;
    Binary:
        BinaryCrossEntropy,
        BalancedBinaryCrossEntropy,
        BinaryFocal,
        Poly1BinaryCrossEntropy,
        Asymmetric;
    Pointwise:
        Hinge,
        SquaredHinge,
        ModifiedHuber,
        Perceptron,
        SoftMargin,
        SparsemaxHinge,
        HingeEmbedding,
        L1,
        Mse,
        SmoothL1,
        Huber,
        PseudoHuber,
        LogCosh,
        Quantile,
        QuantileHuber,
        Expectile,
        EpsilonInsensitive,
        SquaredEpsilonInsensitive,
        Mape,
        Smape,
        Msle,
        Charbonnier,
        Cauchy,
        Welsch,
        GemanMcClure,
        Tukey,
        GeneralRobust,
        Wing,
        AdaptiveWing,
        BalancedL1,
        Lp,
        PoissonNll,
        TweedieNll,
        GammaNll,
        GaussianKl;
    Distribution:
        GaussianNll,
        BetaNll,
        LaplaceNll,
        StudentTNll,
        GaussianCrps;
    Tensor:
        MultilabelMargin,
        MultilabelSoftMargin,
        Zlpr,
        ImageBalancedBinaryCrossEntropy,
        CosineDistance,
        Rmse,
        Rmsle,
        ScaleInvariantLog;
    }
    wrappers {
        LogitClip,
        LogitNorm,
        LogitScale,
        LogitAdjustment,
        LabelSmoothing,
        Flooding,
        IndividualFlooding,
        TopK,
        SmallLoss
    }
}
