/// How vectors are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Metric {
    /// Squared Euclidean distance.
    #[default]
    L2,
    /// One minus the cosine.
    Cosine,
    /// Minus the inner product.
    Dot,
}

impl Metric {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Metric::L2 => "l2",
            Metric::Cosine => "cosine",
            Metric::Dot => "dot",
        }
    }

    /// The metric of that name.
    pub fn parse(name: &str) -> crate::Result<Metric> {
        [Metric::L2, Metric::Cosine, Metric::Dot].into_iter().find(|m| m.name() == name).ok_or_else(|| {
            crate::Error::new(crate::ErrorKind::InvalidArgument, "no such metric: give l2, cosine or dot")
        })
    }
}
