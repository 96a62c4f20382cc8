package dev.berth.inspect;

import java.util.List;

/// A reuseport group: sockets among which the kernel spreads what arrives.
///
/// @param id its number within the report, from 1
/// @param members the number of its sockets
/// @param foreign the members whose processes do not belong together with those of the others
public record PortGroup(int id, int members, List<PortSocket> foreign) {
    public PortGroup {
        foreign = List.copyOf(foreign);
    }
}
