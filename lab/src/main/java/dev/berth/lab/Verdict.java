package dev.berth.lab;

import java.util.Locale;

/// What a run says about a claim.
public enum Verdict {
    /// Every check of the claim came out as the claim says.
    HOLDS,
    /// None did; or the scenario itself did not run as it should, see [ScenarioResult#broken()].
    FAILS,
    /// Some did.
    PARTLY,
    /// It could not be run here.
    SKIPPED;

    /// `holds`, `fails`, `partly`, `skipped`.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
