package dev.berth.supervise.contract;

import java.util.Optional;

/// A change that somebody asks for.
public sealed interface Request {
    /// Replace every worker, one slot after the other, with `command` or with what it runs now.
    record Roll(Optional<Command> command) implements Request {}

    /// Have `workers` slots.
    record Scale(int workers) implements Request {
        public Scale {
            if (workers < 1) {
                throw new IllegalArgumentException("at least one worker: workers=" + workers);
            }
        }
    }

    /// Have so many slots more, or fewer.
    record ScaleBy(int difference) implements Request {}

    /// Send no new connections to the worker in `slot`.
    record Drain(int slot) implements Request {}

    /// Choose by `policy` who gets new connections, from now on.
    record Steer(Policy policy) implements Request {}

    /// Refuse all new connections, whoever is ready; or no longer.
    record Shed(boolean shed) implements Request {}

    /// Send new connections to the worker in `slot` again.
    record Undrain(int slot) implements Request {}

    /// End all workers, then the supervisor. Asked a second time: at once.
    record Stop() implements Request {}
}
