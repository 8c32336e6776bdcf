//! The greatest likelihood of a model, by a trust region method with exact slopes.
//!
//! Parameters are positive, so the search runs over their logarithms, on data scaled to a mean of one; it therefore
//! begins at the same place whatever the units are. An optimum counts only when it is one: the slope there is zero,
//! the likelihood bends down in every direction, and no parameter has run off to zero or to infinity. A model that
//! the data cannot tell from a simpler one fails one of these, and is said not to have converged.

use argmin::core::{
    ArgminError, CostFunction, Error, Executor, Gradient, Hessian, IterState, KV, Problem, Solver,
    TerminationReason, TerminationStatus,
};
use argmin::solver::trustregion::{Steihaug, TrustRegion};

/// What is minimised: the negative of the mean log-likelihood.
pub(super) trait Objective {
    /// The value at the logarithms of the parameters, and its slope in each of them.
    fn at(&self, logarithms: &[f64]) -> (f64, Vec<f64>);
}

/// A parameter beyond a factor of ten thousand from where data scaled to one would have it has run off.
const EDGE: f64 = 9.2;
/// The slope that counts as zero: per customer and per unit of a logarithm.
const FLAT: f64 = 1e-7;
/// The bend below which the likelihood is level, in the same units.
const LEVEL: f64 = 1e-7;
/// A step moves no logarithm by more, so that no trial overflows.
const LONGEST_STEP: f64 = 2.0;
/// Between the two slopes of which a bend is taken.
const STRIDE: f64 = 1e-4;
const MOST_STEPS: u64 = 100;

/// The logarithms at the optimum that a search from one of `starts` ends at; `None` when none does.
pub(super) fn minimise(objective: &dyn Objective, starts: &[&[f64]]) -> Option<Vec<f64>> {
    starts.iter().find_map(|start| search(objective, start).filter(|place| is_optimum(objective, place)))
}

fn search(objective: &dyn Objective, start: &[f64]) -> Option<Vec<f64>> {
    // The inner method takes as many steps as there are parameters, but for rounding.
    let inner = Steihaug::new().with_max_iters(4 * start.len() as u64);
    let region = TrustRegion::new(inner).with_max_radius(LONGEST_STEP).ok()?;
    let mut result = Executor::new(Bounded { objective }, UntilFlat { region })
        .configure(|state| state.param(start.to_vec()).max_iters(MOST_STEPS))
        .timer(false)
        .run()
        .ok()?;
    result.state.take_param()
}

fn is_optimum(objective: &dyn Objective, place: &[f64]) -> bool {
    let (value, slope) = objective.at(place);
    value.is_finite()
        && place.iter().all(|logarithm| logarithm.abs() < EDGE)
        && is_flat(&slope)
        && bends_up(bends(objective, place))
}

fn is_flat(slope: &[f64]) -> bool {
    slope.iter().all(|part| part.abs() <= FLAT)
}

/// The second derivatives, from slopes on both sides.
fn bends(objective: &dyn Objective, place: &[f64]) -> Vec<Vec<f64>> {
    let beside = |index: usize, step: f64| {
        let mut moved = place.to_vec();
        moved[index] += step;
        objective.at(&moved).1
    };
    let raw: Vec<Vec<f64>> = (0..place.len())
        .map(|index| {
            let (above, below) = (beside(index, STRIDE), beside(index, -STRIDE));
            above.iter().zip(below).map(|(above, below)| (above - below) / (2.0 * STRIDE)).collect()
        })
        .collect();
    let mean = |row: usize, column: usize| f64::midpoint(raw[row][column], raw[column][row]);
    (0..raw.len()).map(|row| (0..raw.len()).map(|column| mean(row, column)).collect()).collect()
}

/// Whether every pivot of an elimination is clearly above zero, which is so for a minimum alone.
fn bends_up(mut bends: Vec<Vec<f64>>) -> bool {
    for pivot in 0..bends.len() {
        let row = bends[pivot].clone();
        if !row[pivot].is_finite() || row[pivot] <= LEVEL {
            return false;
        }
        for below in &mut bends[pivot + 1..] {
            let factor = below[pivot] / row[pivot];
            for (cell, above) in below.iter_mut().zip(&row) {
                *cell -= factor * above;
            }
        }
    }
    true
}

/// The objective with walls at the edge, which the search cannot climb.
struct Bounded<'a> {
    objective: &'a dyn Objective,
}

impl Objective for Bounded<'_> {
    fn at(&self, logarithms: &[f64]) -> (f64, Vec<f64>) {
        let (mut value, mut slope) = self.objective.at(logarithms);
        for (logarithm, part) in logarithms.iter().zip(&mut slope) {
            let beyond = logarithm - logarithm.clamp(-EDGE, EDGE);
            value += beyond * beyond;
            *part += 2.0 * beyond;
        }
        (value, slope)
    }
}

impl CostFunction for Bounded<'_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, logarithms: &Vec<f64>) -> Result<f64, Error> {
        Ok(finite(self.at(logarithms))?.0)
    }
}

impl Gradient for Bounded<'_> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, logarithms: &Vec<f64>) -> Result<Vec<f64>, Error> {
        Ok(finite(self.at(logarithms))?.1)
    }
}

impl Hessian for Bounded<'_> {
    type Param = Vec<f64>;
    type Hessian = Vec<Vec<f64>>;

    fn hessian(&self, logarithms: &Vec<f64>) -> Result<Vec<Vec<f64>>, Error> {
        let bends = bends(self, logarithms);
        if bends.iter().flatten().all(|bend| bend.is_finite()) { Ok(bends) } else { Err(not_finite()) }
    }
}

fn finite((value, slope): (f64, Vec<f64>)) -> Result<(f64, Vec<f64>), Error> {
    if value.is_finite() && slope.iter().all(|part| part.is_finite()) {
        return Ok((value, slope));
    }
    Err(not_finite())
}

fn not_finite() -> Error {
    ArgminError::ConditionViolated { text: "the likelihood is not finite".to_owned() }.into()
}

type Region = TrustRegion<Steihaug<Vec<f64>, f64>, f64>;
type Place = IterState<Vec<f64>, Vec<f64>, (), Vec<Vec<f64>>, (), f64>;

/// The trust region method, which by itself stops only after a number of steps.
struct UntilFlat {
    region: Region,
}

impl<'a> Solver<Bounded<'a>, Place> for UntilFlat {
    fn name(&self) -> &'static str {
        "trust region until flat"
    }

    fn init(
        &mut self,
        problem: &mut Problem<Bounded<'a>>,
        state: Place,
    ) -> Result<(Place, Option<KV>), Error> {
        self.region.init(problem, state)
    }

    fn next_iter(
        &mut self,
        problem: &mut Problem<Bounded<'a>>,
        state: Place,
    ) -> Result<(Place, Option<KV>), Error> {
        self.region.next_iter(problem, state)
    }

    fn terminate(&mut self, state: &Place) -> TerminationStatus {
        if state.get_gradient().is_some_and(|slope| is_flat(slope)) {
            return TerminationStatus::Terminated(TerminationReason::SolverConverged);
        }
        TerminationStatus::NotTerminated
    }
}
