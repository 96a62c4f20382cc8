package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.DomainEvent;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.UserMessages;
import dev.berth.supervise.contract.WorkerFailure;
import dev.berth.supervise.contract.WorkerId;

import java.time.Duration;
import java.util.Optional;

/// The pause before the next start in a slot whose worker failed.
final class Backoff {
    private Backoff() {}

    /// Schedules the next start: at once after a first failure, later after more.
    ///
    /// @param failures how many workers of the slot failed in a row, with this one
    static void apply(TransitionStep step, WorkerId id, int failures, WorkerFailure why) {
        long salt = 31L * id.slot() + id.generation();
        long usual = Settings.backoffMillis(failures, salt);
        boolean urgent = step.state().inService().isEmpty();
        long pause = urgent ? Math.min(usual, Settings.LONGEST_UNSERVED_BACKOFF.toMillis()) : usual;
        long due = pause == 0 ? Moment.NEVER : step.now() + pause;
        step.change(
                id.slot(),
                slot ->
                        slot.withHealth(
                                slot.history().failed(failures, UserMessages.of(why), due)));
    }

    /// Schedules another start in the slot of a worker that failed, and reports that.
    static void retry(TransitionStep step, WorkerOutcome.Failed failure) {
        int index = failure.id().slot();
        apply(step, failure.id(), step.slot(index).history().failures() + 1, failure.failure());
        if (failure.recovery() == WorkerOutcome.Recovery.RETRY_SOON) {
            long latest = step.now() + Settings.LONGEST_SPAWN_BACKOFF.toMillis();
            step.change(index, slot -> slot.withHealth(slot.history().retryingBefore(latest)));
        }
        step.report(
                new DomainEvent.StartFailed(failure.id(), failure.failure(), nextTry(step, index)));
    }

    /// The pause before the next start; empty if there is none.
    private static Optional<Duration> nextTry(TransitionStep step, int index) {
        RestartHistory history = step.slot(index).history();
        return history.waiting()
                ? Optional.of(Duration.ofMillis(history.retryAt() - step.now()))
                : Optional.empty();
    }
}
