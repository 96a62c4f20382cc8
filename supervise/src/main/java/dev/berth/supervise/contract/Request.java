package dev.berth.supervise.contract;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// A change that somebody asks for.
public sealed interface Request {
    /// Replace every worker, one slot after the other.
    ///
    /// @param command what the new workers run; empty: what the old ones run
    /// @param environment variables to set for them, on top of those that are set
    /// @param slot the only slot to replace; empty: all
    /// @param newAddresses whether the new workers may listen on fewer or other addresses than the
    ///   old ones
    record Roll(
            Optional<Command> command,
            Map<String, String> environment,
            OptionalInt slot,
            boolean newAddresses)
            implements Request {
        public Roll {
            environment = Map.copyOf(environment);
        }

        /// Rolls every slot, with the present variables and addresses.
        public Roll(Optional<Command> command) {
            this(command, Map.of(), OptionalInt.empty(), false);
        }
    }

    /// Change the number of slots to `workers`.
    record Scale(int workers) implements Request {
        public Scale {
            if (workers < 1) {
                throw new IllegalArgumentException("at least one worker: workers=" + workers);
            }
        }
    }

    /// Add this many slots, or remove them if negative.
    record ScaleBy(int difference) implements Request {}

    /// Send no new connections to the worker in `slot`.
    record Drain(int slot) implements Request {}

    /// From now on, choose by `policy` which worker gets a new connection.
    record Steer(Policy policy) implements Request {}

    /// Refuse all new connections, even if workers are ready; or stop refusing.
    record Shed(boolean shed) implements Request {}

    /// Send new connections to the worker in `slot` again.
    record Undrain(int slot) implements Request {}

    /// End all workers, then the supervisor. A second request kills them at once.
    record Stop() implements Request {}
}
