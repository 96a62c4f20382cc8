package dev.berth.bench;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// Clients of each kind on one port, until [#finish].
interface DrainLoad {
    /// How the exchanges of a kind ended.
    record Count(AtomicLong whole, AtomicLong cut, AtomicLong idleClosed) {
        Count() {
            this(new AtomicLong(), new AtomicLong(), new AtomicLong());
        }
    }

    /// Lets every exchange end.
    void finish() throws IOException;

    /// By kind; final after [#finish].
    Map<DrainKind, Count> counts();

    /// Why exchanges were cut, the first few.
    List<String> errors();
}
