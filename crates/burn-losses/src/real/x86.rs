//! The vectors of x86-64 above the baseline: AVX2 with FMA, and AVX-512.
#![allow(unsafe_code)]

use super::lanes::{Kernel, Vector};
use core::arch::x86_64::*;

/// Whether the CPU has what the AVX-512 kernels are compiled for. The standard library caches the answer.
#[inline]
pub(crate) fn has_avx512() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
        && has_avx2()
}

/// Whether the CPU has what the AVX2 kernels are compiled for.
#[inline]
pub(crate) fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
}

/// The entry functions: everything inlined into them is compiled for their features.
macro_rules! entries {
    ($($name:ident $float:ty, $vector:ty, $features:literal;)*) => {$(
        /// # Safety
        ///
        /// The CPU has the features.
        #[target_feature(enable = $features)]
        pub(crate) unsafe fn $name<K: Kernel<$float>>(kernel: K) -> K::Output {
            kernel.run::<$vector>()
        }
    )*};
}
entries! {
    run_f32_avx2 f32, F32x8, "avx2,fma";
    run_f64_avx2 f64, F64x4, "avx2,fma";
    run_f32_avx512 f32, F32x16, "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma";
    run_f64_avx512 f64, F64x8, "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma";
}

// Every method below is only reached through an entry function, that is, after the CPU was seen to have the features:
// this is what the SAFETY comments rest on. Memory accesses are the caller's promise, as `Vector` states.

/// The operations that have one intrinsic each.
macro_rules! arithmetic {
    ($float:ty, $splat:ident, $load:ident, $store:ident, $add:ident, $sub:ident, $mul:ident, $div:ident,
     $fma:ident, $sqrt:ident, $max:ident) => {
        #[inline(always)]
        fn splat(value: $float) -> Self {
            // SAFETY: feature present.
            Self(unsafe { $splat(value) })
        }
        #[inline(always)]
        unsafe fn load(from: *const $float) -> Self {
            // SAFETY: feature present; the caller vouches for the memory; unaligned load.
            Self(unsafe { $load(from) })
        }
        #[inline(always)]
        unsafe fn store(self, to: *mut $float) {
            // SAFETY: feature present; the caller vouches for the memory; unaligned store.
            unsafe { $store(to, self.0) }
        }
        #[inline(always)]
        fn add(self, other: Self) -> Self {
            // SAFETY: feature present.
            Self(unsafe { $add(self.0, other.0) })
        }
        #[inline(always)]
        fn sub(self, other: Self) -> Self {
            // SAFETY: feature present.
            Self(unsafe { $sub(self.0, other.0) })
        }
        #[inline(always)]
        fn mul(self, other: Self) -> Self {
            // SAFETY: feature present.
            Self(unsafe { $mul(self.0, other.0) })
        }
        #[inline(always)]
        fn div(self, other: Self) -> Self {
            // SAFETY: feature present.
            Self(unsafe { $div(self.0, other.0) })
        }
        #[inline(always)]
        fn mul_add(self, a: Self, b: Self) -> Self {
            // SAFETY: feature present.
            Self(unsafe { $fma(self.0, a.0, b.0) })
        }
        #[inline(always)]
        fn sqrt(self) -> Self {
            // SAFETY: feature present.
            Self(unsafe { $sqrt(self.0) })
        }
        #[inline(always)]
        fn larger(self, other: Self) -> Self {
            // SAFETY: feature present.
            Self(unsafe { $max(self.0, other.0) })
        }
    };
}

/// The bit operations, through the integer view of the register.
macro_rules! bit_operations {
    ($int:ty, $splat:ident, $to_int:ident, $to_float:ident, $and:ident, $or:ident, $left:ident, $right:ident, $shift:literal) => {
        #[inline(always)]
        fn and_bits(self, bits: u64) -> Self {
            // SAFETY: feature present.
            Self(unsafe { $to_float($and($to_int(self.0), $splat(bits as $int))) })
        }
        #[inline(always)]
        fn or_bits(self, bits: u64) -> Self {
            // SAFETY: feature present.
            Self(unsafe { $to_float($or($to_int(self.0), $splat(bits as $int))) })
        }
        #[inline(always)]
        fn shift_to_exponent(self) -> Self {
            // SAFETY: feature present.
            Self(unsafe { $to_float($left::<$shift>($to_int(self.0))) })
        }
        #[inline(always)]
        fn shift_from_exponent(self) -> Self {
            // SAFETY: feature present.
            Self(unsafe { $to_float($right::<$shift>($to_int(self.0))) })
        }
    };
}

/// An AVX-512 vector: masks are bit sets.
macro_rules! avx512 {
    ($name:ident $raw:ty, $float:ty, $w:literal, $mask:ty, $mask_load:ident, $mask_store:ident, $compare:ident, $blend:ident,
     arithmetic($($arithmetic:tt)*), bits($($bits:tt)*)) => {
        #[derive(Clone, Copy)]
        pub(crate) struct $name($raw);

        impl Vector for $name {
            type T = $float;
            type Mask = $mask;
            const W: usize = $w;
            arithmetic!($float, $($arithmetic)*);
            bit_operations!($($bits)*);

            #[inline(always)]
            unsafe fn load_first(from: *const $float, n: usize, rest: Self) -> Self {
                // SAFETY: feature present; only the first n values are touched, which the caller vouches for.
                Self(unsafe { $mask_load(rest.0, ((1u32 << n) - 1) as $mask, from) })
            }
            #[inline(always)]
            unsafe fn store_first(self, to: *mut $float, n: usize) {
                // SAFETY: as above.
                unsafe { $mask_store(to, ((1u32 << n) - 1) as $mask, self.0) }
            }
            #[inline(always)]
            fn less(self, other: Self) -> $mask {
                // SAFETY: feature present.
                unsafe { $compare::<_CMP_LT_OQ>(self.0, other.0) }
            }
            #[inline(always)]
            fn equal(self, other: Self) -> $mask {
                // SAFETY: feature present.
                unsafe { $compare::<_CMP_EQ_OQ>(self.0, other.0) }
            }
            #[inline(always)]
            fn select(mask: $mask, yes: Self, no: Self) -> Self {
                // SAFETY: feature present.
                Self(unsafe { $blend(mask, no.0, yes.0) })
            }
        }
    };
}
avx512!(F32x16 __m512, f32, 16, __mmask16, _mm512_mask_loadu_ps, _mm512_mask_storeu_ps, _mm512_cmp_ps_mask, _mm512_mask_blend_ps,
    arithmetic(_mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_add_ps, _mm512_sub_ps, _mm512_mul_ps,
        _mm512_div_ps, _mm512_fmadd_ps, _mm512_sqrt_ps, _mm512_max_ps),
    bits(i32, _mm512_set1_epi32, _mm512_castps_si512, _mm512_castsi512_ps, _mm512_and_si512, _mm512_or_si512,
        _mm512_slli_epi32, _mm512_srli_epi32, 23));
avx512!(F64x8 __m512d, f64, 8, __mmask8, _mm512_mask_loadu_pd, _mm512_mask_storeu_pd, _mm512_cmp_pd_mask, _mm512_mask_blend_pd,
    arithmetic(_mm512_set1_pd, _mm512_loadu_pd, _mm512_storeu_pd, _mm512_add_pd, _mm512_sub_pd, _mm512_mul_pd,
        _mm512_div_pd, _mm512_fmadd_pd, _mm512_sqrt_pd, _mm512_max_pd),
    bits(i64, _mm512_set1_epi64, _mm512_castpd_si512, _mm512_castsi512_pd, _mm512_and_si512, _mm512_or_si512,
        _mm512_slli_epi64, _mm512_srli_epi64, 52));

/// Windows of this give the mask of the first n lanes.
static FIRST_32: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];
static FIRST_64: [i64; 8] = [-1, -1, -1, -1, 0, 0, 0, 0];

/// An AVX2 vector: masks are vectors.
macro_rules! avx2 {
    ($name:ident $raw:ty, $float:ty, $w:literal, $first:ident, $mask_load:ident, $mask_store:ident, $compare:ident,
     $blend:ident, $cast:ident, arithmetic($($arithmetic:tt)*), bits($($bits:tt)*)) => {
        #[derive(Clone, Copy)]
        pub(crate) struct $name($raw);

        impl Vector for $name {
            type T = $float;
            type Mask = $raw;
            const W: usize = $w;
            arithmetic!($float, $($arithmetic)*);
            bit_operations!($($bits)*);

            #[inline(always)]
            unsafe fn load_first(from: *const $float, n: usize, rest: Self) -> Self {
                // SAFETY: feature present; the window stays inside the table as 0 ≤ n ≤ W; only the first n values
                // are touched, which the caller vouches for.
                unsafe {
                    let first = _mm256_loadu_si256($first.as_ptr().add($w - n).cast());
                    Self($blend(rest.0, $mask_load(from, first), $cast(first)))
                }
            }
            #[inline(always)]
            unsafe fn store_first(self, to: *mut $float, n: usize) {
                // SAFETY: as above.
                unsafe {
                    let first = _mm256_loadu_si256($first.as_ptr().add($w - n).cast());
                    $mask_store(to, first, self.0);
                }
            }
            #[inline(always)]
            fn less(self, other: Self) -> $raw {
                // SAFETY: feature present.
                unsafe { $compare::<_CMP_LT_OQ>(self.0, other.0) }
            }
            #[inline(always)]
            fn equal(self, other: Self) -> $raw {
                // SAFETY: feature present.
                unsafe { $compare::<_CMP_EQ_OQ>(self.0, other.0) }
            }
            #[inline(always)]
            fn select(mask: $raw, yes: Self, no: Self) -> Self {
                // SAFETY: feature present.
                Self(unsafe { $blend(no.0, yes.0, mask) })
            }
        }
    };
}
avx2!(F32x8 __m256, f32, 8, FIRST_32, _mm256_maskload_ps, _mm256_maskstore_ps, _mm256_cmp_ps, _mm256_blendv_ps,
    _mm256_castsi256_ps,
    arithmetic(_mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_add_ps, _mm256_sub_ps, _mm256_mul_ps,
        _mm256_div_ps, _mm256_fmadd_ps, _mm256_sqrt_ps, _mm256_max_ps),
    bits(i32, _mm256_set1_epi32, _mm256_castps_si256, _mm256_castsi256_ps, _mm256_and_si256, _mm256_or_si256,
        _mm256_slli_epi32, _mm256_srli_epi32, 23));
avx2!(F64x4 __m256d, f64, 4, FIRST_64, _mm256_maskload_pd, _mm256_maskstore_pd, _mm256_cmp_pd, _mm256_blendv_pd,
    _mm256_castsi256_pd,
    arithmetic(_mm256_set1_pd, _mm256_loadu_pd, _mm256_storeu_pd, _mm256_add_pd, _mm256_sub_pd, _mm256_mul_pd,
        _mm256_div_pd, _mm256_fmadd_pd, _mm256_sqrt_pd, _mm256_max_pd),
    bits(i64, _mm256_set1_epi64x, _mm256_castpd_si256, _mm256_castsi256_pd, _mm256_and_si256, _mm256_or_si256,
        _mm256_slli_epi64, _mm256_srli_epi64, 52));
