package dev.berth.lab;

import java.util.Locale;

/// The verdict of a run on a claim.
public enum Verdict {
    /// Every check of the claim came out as claimed.
    HOLDS,
    /// No check did; or the scenario itself did not run as it should, see
    /// [ScenarioResult#broken()].
    FAILS,
    /// Some checks did.
    PARTLY,
    /// It could not be run here.
    SKIPPED;

    /// `holds`, `fails`, `partly`, `skipped`.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
