package dev.berth.dispatch;

import java.util.Arrays;

/// The cookies of the sockets that a socket dump found open in some process.
final class OpenSocketSet {
    private final long[] sorted;

    OpenSocketSet(long[] cookies) {
        sorted = cookies.clone();
        Arrays.sort(sorted);
    }

    boolean has(long cookie) {
        return Arrays.binarySearch(sorted, cookie) >= 0;
    }
}
