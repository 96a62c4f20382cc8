package dev.berth.boot;

import static java.util.stream.Collectors.joining;

import dev.berth.inspect.BindDiagnosis;
import dev.berth.inspect.Cause;
import dev.berth.inspect.Owner;
import dev.berth.inspect.PortSocket;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What was found at a place.
///
/// @param place the address and port
/// @param diagnosis the forecast for the same bind now
/// @param pid the process id of the application
record PortFinding(ConfiguredPort place, BindDiagnosis diagnosis, long pid) {
    private static final int MOST_NAMED = 5;
    private static final String STOP = "stop ";

    /// Whether the bind would succeed now.
    boolean free() {
        return diagnosis.forecast().succeeds();
    }

    /// Whether only the application itself is in the way.
    boolean own() {
        List<Owner> owners =
                causes().stream()
                        .flatMap(cause -> cause.socket().stream())
                        .flatMap(socket -> socket.owners().stream())
                        .toList();
        return !owners.isEmpty() && owners.stream().allMatch(owner -> owner.pid() == pid);
    }

    private List<Cause> causes() {
        return diagnosis.forecast().because();
    }

    /// Who is in the way, one paragraph each.
    String text() {
        int more = causes().size() - MOST_NAMED;
        return causes().stream().limit(MOST_NAMED).map(this::text).distinct().collect(joining())
                + (more > 0 ? "\n    and " + more + " more sockets" : "");
    }

    private String text(Cause cause) {
        String name =
                place.property().isEmpty() ? "" : place.property() + "=" + place.port() + ": ";
        return "\n\n    " + name + cause.text() + cause.socket().map(this::addition).orElse("");
    }

    private String addition(PortSocket socket) {
        if (socket.owners().isEmpty()) {
            return " (" + socket.explanation() + ")";
        }
        Owner owner = socket.owners().get(0);
        Optional<String> home = owner.pid() == pid ? Optional.of("this application") : home(owner);
        int more = socket.owners().size() - 1;
        return home.map(text -> " (" + text + ")").orElse("")
                + (more > 0 ? " (" + more + " more processes share this socket)" : "");
    }

    private static Optional<String> home(Owner owner) {
        return owner.container().or(owner::unit);
    }

    /// What would help, the usual remedies first.
    List<String> fixes() {
        List<String> all = own() ? List.of() : diagnosis.fixes();
        return Stream.concat(
                        all.stream().filter(fix -> fix.startsWith(STOP)),
                        all.stream().filter(fix -> !fix.startsWith(STOP)))
                .toList();
    }
}
