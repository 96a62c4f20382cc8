package dev.berth.supervise.steering;

import dev.berth.bpf.Pick;

import java.util.List;

/// Who gets the new connections of a group: a place is picked, and who stands there gets one.
///
/// @param places in order; one may stand at several; none: nobody gets any
record Table(Pick pick, List<HeldSocket> places) {
    Table {
        places = List.copyOf(places);
    }

    /// The part of all connections that `socket` gets, from 0 to 1.
    double share(HeldSocket socket) {
        long own = places.stream().filter(place -> place == socket).count();
        return places.isEmpty() ? 0 : (double) own / places.size();
    }
}
