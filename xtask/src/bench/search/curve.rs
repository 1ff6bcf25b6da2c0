//! Speed against recall: a peer at several settings, so that it can be compared at the recall that beaver has.

/// One setting of a contender.
pub struct Point {
    /// An effort of beaver's, or the peer's number.
    pub level: String,
    pub recall: f64,
    /// Of each round, in microseconds.
    pub p50s: Vec<f64>,
    pub p99s: Vec<f64>,
}

/// A peer's times at a recall, of each round.
pub struct At {
    pub p50s: Vec<f64>,
    /// What has to be said where the peer was not measured on both sides of it.
    pub remark: &'static str,
}

/// Between two settings the logarithm of the time goes as a straight line over the recall.
pub fn at(points: &[Point], recall: f64) -> Option<At> {
    let mut points: Vec<&Point> = points.iter().collect();
    points.sort_by(|a, b| a.recall.total_cmp(&b.recall));
    // The cheapest that is good enough, and the best that is not.
    let above = points.iter().find(|point| point.recall >= recall);
    let below = points.iter().rfind(|point| point.recall < recall);
    Some(match (below, above) {
        (Some(below), Some(above)) => {
            let share = (recall - below.recall) / (above.recall - below.recall);
            let between = |(a, b): (&f64, &f64)| (a.ln() + share * (b.ln() - a.ln())).exp();
            At { p50s: below.p50s.iter().zip(&above.p50s).map(between).collect(), remark: "" }
        }
        (None, Some(above)) => At { p50s: above.p50s.clone(), remark: ", its lowest setting" },
        (Some(below), None) => At { p50s: below.p50s.clone(), remark: ", which it does not reach: its best setting" },
        (None, None) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(recall: f64, p50: f64) -> Point {
        Point { level: String::new(), recall, p50s: vec![p50], p99s: vec![p50] }
    }

    #[test]
    fn between_two_settings_the_time_is_interpolated_and_outside_the_nearest_is_named() {
        let points = [point(0.9, 100.0), point(0.98, 400.0)];
        let p50 = |recall| at(&points, recall).map(|at| (at.p50s[0].round(), at.remark.is_empty()));
        assert_eq!(p50(0.94), Some((200.0, true)));
        assert_eq!(p50(0.5), Some((100.0, false)));
        assert_eq!(p50(0.999), Some((400.0, false)));
        assert!(at(&[], 0.9).is_none());
    }
}
