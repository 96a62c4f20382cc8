package dev.berth.cli.ports;

import dev.berth.inspect.BindForecast;
import dev.berth.inspect.ShareChange;
import dev.berth.inspect.SharePlan;

import java.util.List;

/// The result of `berth open` or `berth close`.
///
/// @param target the argument as typed
/// @param plan what was to be changed
/// @param effects the effects, one sentence each
/// @param changes what was changed, for each socket
/// @param checks what a bind with SO_REUSEPORT would now meet at each address
record ShareResult(
        String target,
        SharePlan plan,
        List<String> effects,
        List<ShareChange> changes,
        List<BindForecast> checks) {
    ShareResult {
        effects = List.copyOf(effects);
        changes = List.copyOf(changes);
        checks = List.copyOf(checks);
    }

    /// Whether every socket that still exists was changed, and the forecasts are as intended.
    boolean done() {
        return changes.stream().noneMatch(c -> c.result() == ShareChange.Result.FAILED)
                && checks.stream().allMatch(check -> check.succeeds() == plan.open());
    }
}
