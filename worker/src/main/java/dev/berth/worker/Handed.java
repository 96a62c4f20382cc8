package dev.berth.worker;

import java.io.IOException;
import java.util.Optional;

/// What the dispatcher handed over, and what is acknowledged once the program has it.
sealed interface Handed {
    /// The connection.
    ///
    /// @throws IOException if it is lost
    Connection connection() throws IOException;

    /// A connection. Whoever has it owns the descriptor.
    record Connection(int descriptor, Optional<Packet.Route> route) implements Handed {
        @Override
        public Connection connection() {
            return this;
        }
    }

    /// A connection that did not arrive whole, and why.
    record Lost(String reason) implements Handed {
        @Override
        public Connection connection() throws IOException {
            throw new IOException("a connection was lost: " + reason);
        }
    }
}
