//! Numbers in sentences.

/// Four significant digits, without an exponent for everyday sizes.
pub fn short(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    let digits = 3 - libm::floor(libm::log10(value.abs())) as i32;
    match digits {
        ..=0 => format!("{value:.0}"),
        1..=9 => format!("{value:.*}", digits as usize),
        _ => format!("{value:.3e}"),
    }
}
