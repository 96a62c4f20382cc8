package dev.berth.bench;

import java.util.ArrayList;
import java.util.List;

/// Collects the reasons why a check failed; it holds if there are none.
final class CheckFailures {
    private static final int FAILURES_SHOWN = 8;
    private static final int REASONS_SHOWN = 14;

    private final List<String> reasons = new ArrayList<>();

    /// Records `reason` unless `holds`.
    void check(boolean holds, String reason) {
        if (!holds) {
            reasons.add(reason);
        }
    }

    /// Records the failed requests of `result`, if any.
    void noneFailed(String when, LoadResult result) {
        if (result.failed() > 0) {
            reasons.add(result.failed() + " failed " + when + ": " + result.failedByClass());
            result.realFailures().stream()
                    .limit(FAILURES_SHOWN)
                    .forEach(failure -> reasons.add("  " + failure));
        }
        check(result.requests() > 0, "no requests at all " + when);
    }

    /// Records that the check could not be completed.
    void broken(Exception problem) {
        reasons.add(String.valueOf(problem.getMessage()));
    }

    boolean holds() {
        return reasons.isEmpty();
    }

    String word() {
        return holds() ? "ok" : "FAILED";
    }

    /// Prints the result of `what` and the reasons. Returns whether it holds.
    boolean print(String what) {
        System.out.println(what + ": " + word());
        return printReasons();
    }

    /// Prints the first reasons why it does not hold, and how many more there are. Returns whether
    /// it holds.
    boolean printReasons() {
        reasons.stream()
                .limit(REASONS_SHOWN)
                .forEach(reason -> System.out.println("    ! " + reason));
        if (reasons.size() > REASONS_SHOWN) {
            System.out.println("    ! and " + (reasons.size() - REASONS_SHOWN) + " more");
        }
        return holds();
    }
}
