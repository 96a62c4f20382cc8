package dev.berth.bench;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// Clients of each kind on one port, until [#finish].
interface DrainLoad {
    /// The outcomes of the exchanges of one kind.
    record Count(AtomicLong whole, AtomicLong cut, AtomicLong idleClosed) {
        Count() {
            this(new AtomicLong(), new AtomicLong(), new AtomicLong());
        }
    }

    /// Lets every exchange finish.
    void finish() throws IOException;

    /// The counts by kind; final after [#finish].
    Map<DrainKind, Count> counts();

    /// The first few reasons why exchanges were cut.
    List<String> errors();
}
