package dev.berth.supervise.steering;

import dev.berth.bpf.Selection;

import java.util.List;

/// Which members get the new connections of a group: an entry is picked, and its member gets the
/// connection.
///
/// @param places the entries, in order; a member may have several; none: nobody gets any
record SelectionTable(Selection selection, List<HeldSocket> places) {
    SelectionTable {
        places = List.copyOf(places);
    }

    /// The part of all connections that `socket` gets, from 0 to 1.
    double share(HeldSocket socket) {
        long own = places.stream().filter(place -> place == socket).count();
        return places.isEmpty() ? 0 : (double) own / places.size();
    }
}
