//! A formula written down once, to be evaluated over any [`Real`] later: the composed path.
//!
//! Compiling every formula over tensors, and over duals of tensors, would take most of the crate's compile time: each
//! operation there is a dozen calls. A formula is compiled over [`Traced`] instead, where an operation is a line in a
//! list, and one interpreter serves them all.

use crate::real::Real;
use core::ops::{Add, Div, Mul, Neg, Sub};
use std::cell::RefCell;
use std::rc::Rc;

/// One operation, by the numbers of the lines it is made of.
#[derive(Clone, Debug)]
enum Step {
    Input(usize),
    Constant(f64),
    Lookup(Vec<f64>),
    Detached(usize),
    Neg(usize),
    Add(usize, usize),
    Sub(usize, usize),
    Mul(usize, usize),
    Div(usize, usize),
    Product(usize, usize),
    AddScalar(usize, f64),
    SubScalar(usize, f64),
    MulScalar(usize, f64),
    DivScalar(usize, f64),
    Exp(usize),
    Ln(usize),
    Ln1p(usize),
    ExpM1(usize),
    Sqrt(usize),
    Powf(usize, f64),
    Abs(usize),
    Softplus(usize),
    Sigmoid(usize),
    Less(usize, usize),
    Equal(usize, usize),
    Select(usize, usize, usize),
}

/// A formula as a list of operations.
#[derive(Debug)]
#[allow(unreachable_pub)] // A part of `RowFormula`, which is public and sealed.
pub struct Program {
    steps: Vec<Step>,
    outputs: Vec<usize>,
}

/// A number, or a truth, of the formula that is being written down.
#[derive(Clone, Debug)]
pub(crate) struct Traced {
    steps: Rc<RefCell<Vec<Step>>>,
    at: usize,
}

impl Program {
    /// The formula `write` of so many inputs.
    pub(crate) fn of<const N: usize>(inputs: usize, write: impl FnOnce(Vec<Traced>) -> [Traced; N]) -> Self {
        let steps = Rc::new(RefCell::new((0..inputs).map(Step::Input).collect()));
        let inputs = (0..inputs).map(|at| Traced { steps: Rc::clone(&steps), at }).collect();
        let outputs = write(inputs).map(|output| output.at).to_vec();
        let steps = steps.borrow().clone();
        Self { steps, outputs }
    }

    /// The formula's values. `index` is what lists by class are looked up by.
    pub(crate) fn run<R: Real>(&self, inputs: &[R], index: &R::Index) -> Vec<R> {
        let mut machine = Machine::<R> { slots: Vec::with_capacity(self.steps.len()), uses: self.uses() };
        let like = &inputs[0];
        for step in &self.steps {
            let slot = machine.evaluate(step, inputs, like, index);
            machine.slots.push(Some(slot));
        }
        self.outputs.iter().map(|&output| machine.number(output)).collect()
    }

    /// How often each line is used: after the last time it is dropped.
    fn uses(&self) -> Vec<usize> {
        let mut uses = vec![0; self.steps.len()];
        for step in &self.steps {
            match *step {
                Step::Input(_) | Step::Constant(_) | Step::Lookup(_) => {}
                Step::Detached(a)
                | Step::Neg(a)
                | Step::AddScalar(a, _)
                | Step::SubScalar(a, _)
                | Step::MulScalar(a, _)
                | Step::DivScalar(a, _)
                | Step::Exp(a)
                | Step::Ln(a)
                | Step::Ln1p(a)
                | Step::ExpM1(a)
                | Step::Sqrt(a)
                | Step::Powf(a, _)
                | Step::Abs(a)
                | Step::Softplus(a)
                | Step::Sigmoid(a) => uses[a] += 1,
                Step::Add(a, b)
                | Step::Sub(a, b)
                | Step::Mul(a, b)
                | Step::Div(a, b)
                | Step::Product(a, b)
                | Step::Less(a, b)
                | Step::Equal(a, b) => {
                    uses[a] += 1;
                    uses[b] += 1;
                }
                Step::Select(mask, a, b) => {
                    uses[mask] += 1;
                    uses[a] += 1;
                    uses[b] += 1;
                }
            }
        }
        for &output in &self.outputs {
            uses[output] += 1;
        }
        uses
    }
}

/// What a line gave.
#[derive(Clone)]
enum Slot<R: Real> {
    Number(R),
    Truth(R::Mask),
}

struct Machine<R: Real> {
    slots: Vec<Option<Slot<R>>>,
    uses: Vec<usize>,
}

impl<R: Real> Machine<R> {
    /// The result of a line: moved out where it is used for the last time.
    fn take(&mut self, at: usize) -> Slot<R> {
        self.uses[at] -= 1;
        let slot = if self.uses[at] == 0 { self.slots[at].take() } else { self.slots[at].clone() };
        slot.expect("a line is kept until its last use")
    }

    fn number(&mut self, at: usize) -> R {
        match self.take(at) {
            Slot::Number(number) => number,
            Slot::Truth(_) => unreachable!("a truth is used by selections only"),
        }
    }

    fn evaluate(&mut self, step: &Step, inputs: &[R], like: &R, index: &R::Index) -> Slot<R> {
        Slot::Number(match *step {
            Step::Input(which) => inputs[which].clone(),
            Step::Constant(value) => like.constant(value),
            Step::Lookup(ref table) => like.lookup(table, index),
            Step::Detached(a) => self.number(a).detached(),
            Step::Neg(a) => -self.number(a),
            Step::Add(a, b) => self.number(a) + self.number(b),
            Step::Sub(a, b) => self.number(a) - self.number(b),
            Step::Mul(a, b) => self.number(a) * self.number(b),
            Step::Div(a, b) => self.number(a) / self.number(b),
            Step::Product(a, b) => self.number(a).product(self.number(b)),
            Step::AddScalar(a, scalar) => self.number(a) + scalar,
            Step::SubScalar(a, scalar) => self.number(a) - scalar,
            Step::MulScalar(a, scalar) => self.number(a) * scalar,
            Step::DivScalar(a, scalar) => self.number(a) / scalar,
            Step::Exp(a) => self.number(a).exp(),
            Step::Ln(a) => self.number(a).ln(),
            Step::Ln1p(a) => self.number(a).ln_1p(),
            Step::ExpM1(a) => self.number(a).exp_m1(),
            Step::Sqrt(a) => self.number(a).sqrt(),
            Step::Powf(a, exponent) => self.number(a).powf(exponent),
            Step::Abs(a) => self.number(a).abs(),
            Step::Softplus(a) => self.number(a).softplus(),
            Step::Sigmoid(a) => self.number(a).sigmoid(),
            Step::Less(a, b) => return Slot::Truth(self.number(a).less(&self.number(b))),
            Step::Equal(a, b) => return Slot::Truth(self.number(a).equal(&self.number(b))),
            Step::Select(mask, a, b) => {
                let Slot::Truth(mask) = self.take(mask) else { unreachable!("selections are by truths") };
                R::select(&mask, self.number(a), self.number(b))
            }
        })
    }
}

impl Traced {
    fn push(&self, step: Step) -> Self {
        let mut steps = self.steps.borrow_mut();
        steps.push(step);
        Self { steps: Rc::clone(&self.steps), at: steps.len() - 1 }
    }
}

impl Neg for Traced {
    type Output = Self;
    fn neg(self) -> Self {
        self.push(Step::Neg(self.at))
    }
}

macro_rules! traced_operators {
    ($($operator:ident $method:ident $scalar:ident),*) => {$(
        impl $operator for Traced {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                self.push(Step::$operator(self.at, other.at))
            }
        }
        impl $operator<f64> for Traced {
            type Output = Self;
            fn $method(self, scalar: f64) -> Self {
                self.push(Step::$scalar(self.at, scalar))
            }
        }
    )*};
}
traced_operators!(Add add AddScalar, Sub sub SubScalar, Mul mul MulScalar, Div div DivScalar);

impl Real for Traced {
    type Mask = Self;
    type Index = ();

    fn constant(&self, value: f64) -> Self {
        self.push(Step::Constant(value))
    }
    fn lookup(&self, table: &[f64], (): &()) -> Self {
        self.push(Step::Lookup(table.to_vec()))
    }
    fn detached(&self) -> Self {
        self.push(Step::Detached(self.at))
    }
    fn exp(self) -> Self {
        self.push(Step::Exp(self.at))
    }
    fn ln(self) -> Self {
        self.push(Step::Ln(self.at))
    }
    fn ln_1p(self) -> Self {
        self.push(Step::Ln1p(self.at))
    }
    fn exp_m1(self) -> Self {
        self.push(Step::ExpM1(self.at))
    }
    fn sqrt(self) -> Self {
        self.push(Step::Sqrt(self.at))
    }
    fn powf(self, exponent: f64) -> Self {
        self.push(Step::Powf(self.at, exponent))
    }
    fn abs(self) -> Self {
        self.push(Step::Abs(self.at))
    }
    fn softplus(self) -> Self {
        self.push(Step::Softplus(self.at))
    }
    fn sigmoid(self) -> Self {
        self.push(Step::Sigmoid(self.at))
    }
    fn product(self, other: Self) -> Self {
        self.push(Step::Product(self.at, other.at))
    }
    fn less(&self, other: &Self) -> Self {
        self.push(Step::Less(self.at, other.at))
    }
    fn equal(&self, other: &Self) -> Self {
        self.push(Step::Equal(self.at, other.at))
    }
    fn select(mask: &Self, yes: Self, no: Self) -> Self {
        yes.push(Step::Select(mask.at, yes.at, no.at))
    }
}
