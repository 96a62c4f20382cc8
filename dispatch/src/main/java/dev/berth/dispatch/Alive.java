package dev.berth.dispatch;

import java.util.Arrays;

/// The cookies of the sockets that a dump found with a process behind them.
final class Alive {
    private final long[] sorted;

    Alive(long[] cookies) {
        sorted = cookies.clone();
        Arrays.sort(sorted);
    }

    boolean has(long cookie) {
        return Arrays.binarySearch(sorted, cookie) >= 0;
    }
}
