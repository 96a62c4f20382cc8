package dev.berth.inspect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Collects what could not be determined, and reports the same thing about many sockets only once.
final class Unknowns {
    private static final int NAMED = 5;

    private final List<String> plain = new ArrayList<>();
    private final Map<String, List<PortSocket>> bySentence = new LinkedHashMap<>();

    /// Sentences that are not about a socket.
    List<String> plain() {
        return plain;
    }

    /// Adds what is missing from `socket`.
    void add(PortSocket socket) {
        // A socket that only the kernel holds has no owner: that is known, and reported with the
        // socket.
        boolean ownerless = socket.owners().isEmpty() && socket.inode() != 0;
        String options = options(socket);
        String reason = socket.options().unknown();
        if (ownerless && !options.isEmpty() && reason.equals(socket.explanation())) {
            add("owners, " + options, socket, reason);
            options = "";
        } else if (ownerless) {
            add("owners", socket, socket.explanation());
        }
        if (!options.isEmpty()) {
            add(options, socket, reason);
        }
        if (socket.options().inferred()) {
            add(
                    "reuseport",
                    socket,
                    "inferred to be set, because several sockets listen on one address: "
                            + socket.options().unknown());
        }
    }

    private static String options(PortSocket socket) {
        List<String> absent = new ArrayList<>();
        if (socket.reuseaddr().isEmpty()) {
            absent.add("reuseaddr");
        }
        if (socket.reuseport().isEmpty()) {
            absent.add("reuseport");
            if (socket.listening()) {
                absent.add("group");
            }
        }
        if (socket.family() != 2 && socket.v6only().isEmpty()) {
            absent.add("v6only");
        }
        return String.join(", ", absent);
    }

    private void add(String fields, PortSocket socket, String reason) {
        String key = fields + '\0' + reason;
        bySentence.computeIfAbsent(key, _ -> new ArrayList<>()).add(socket);
    }

    List<String> sentences() {
        List<String> all = new ArrayList<>(plain);
        bySentence.forEach(
                (key, sockets) -> {
                    int zero = key.indexOf('\0');
                    String fields = key.substring(0, zero);
                    all.add(fields + " of " + names(sockets) + ": " + key.substring(zero + 1));
                });
        return all;
    }

    private static String names(List<PortSocket> sockets) {
        if (sockets.stream().allMatch(socket -> socket.inode() == 0)) {
            return states(sockets);
        }
        String first =
                sockets.stream().limit(NAMED).map(Unknowns::name).collect(Collectors.joining(", "));
        int more = sockets.size() - NAMED;
        return more > 0 ? first + " and " + more + " more" : first;
    }

    /// Sockets that only the kernel holds have no number to name them by.
    private static String states(List<PortSocket> sockets) {
        Map<String, Integer> states = new TreeMap<>();
        sockets.forEach(socket -> states.merge(socket.state().name(), 1, Integer::sum));
        return states.entrySet().stream()
                .map(state -> state.getValue() + " " + state.getKey())
                .collect(Collectors.joining(", "));
    }

    private static String name(PortSocket socket) {
        String where = socket.protocol().text() + " " + socket.local();
        String peer = socket.remote().map(remote -> " to " + remote).orElse("");
        String inode = socket.inode() == 0 ? "" : ", inode " + socket.inode();
        return where + peer + " (" + socket.state() + inode + ")";
    }
}
