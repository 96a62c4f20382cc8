package dev.berth.worker;

import java.util.Optional;

/// A connection that the dispatcher handed over. The holder owns the descriptor.
record ReceivedConnection(int descriptor, Optional<Packet.Route> route) {}
