package dev.berth.supervise.contract;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// A change that somebody asks for.
public sealed interface Request {
    /// Replace every worker, one slot after the other.
    ///
    /// @param command what the new ones run; empty: what the old ones do
    /// @param environment variables to set for them, on top of those that are set
    /// @param slot the only one to be replaced; empty: all
    /// @param newAddresses whether they may listen on fewer or other addresses than the old ones
    record Roll(
            Optional<Command> command,
            Map<String, String> environment,
            OptionalInt slot,
            boolean newAddresses)
            implements Request {
        public Roll {
            environment = Map.copyOf(environment);
        }

        /// Of every slot, with the variables and the addresses that there are.
        public Roll(Optional<Command> command) {
            this(command, Map.of(), OptionalInt.empty(), false);
        }
    }

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
