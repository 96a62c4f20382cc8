package dev.berth.cli.ports;

import dev.berth.inspect.BindForecast;
import dev.berth.inspect.ShareChange;
import dev.berth.inspect.SharePlan;

import java.util.List;

/// What `berth open` or `berth close` did.
///
/// @param target as it was typed
/// @param plan what was to be done
/// @param effects what it means, a sentence each
/// @param changes what was done, for each socket
/// @param checks what a newcomer with SO_REUSEPORT meets now, at each address
record ShareAnswer(
        String target,
        SharePlan plan,
        List<String> effects,
        List<ShareChange> changes,
        List<BindForecast> checks) {
    ShareAnswer {
        effects = List.copyOf(effects);
        changes = List.copyOf(changes);
        checks = List.copyOf(checks);
    }

    /// Whether all was changed that is still there, and the rules say what was wanted.
    boolean done() {
        return changes.stream().noneMatch(c -> c.result() == ShareChange.Result.FAILED)
                && checks.stream().allMatch(check -> check.succeeds() == plan.open());
    }
}
