package dev.berth.inspect;

import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Names of network interfaces by their index, which counts in each network namespace anew.
final class Devices {
    private final Map<Integer, String> names = new HashMap<>();

    /// The name in the network namespace of the calling thread; where it has none there, or `own`
    /// is false so that it is another namespace's, its number: `#7`. Empty for index 0.
    Optional<String> name(int index, boolean own) {
        if (index == 0) {
            return Optional.empty();
        }
        return Optional.of(own ? names.computeIfAbsent(index, Devices::read) : "#" + index);
    }

    private static String read(int index) {
        try {
            NetworkInterface device = NetworkInterface.getByIndex(index);
            return device == null ? "#" + index : device.getName();
        } catch (SocketException unreadable) {
            return "#" + index;
        }
    }
}
