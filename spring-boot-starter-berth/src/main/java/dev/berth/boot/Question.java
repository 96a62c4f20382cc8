package dev.berth.boot;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// The question to the explainer.
///
/// @param message the message of the exception
/// @param datagram whether it was a UDP socket
/// @param origin where the application's own code tried it, in the form of a stack trace; empty if
///   unknown
/// @param pid the process id of the application
/// @param named whether the failure names the port, so that there is exactly one place
/// @param places the places that the application tried, or may have tried, to bind
record Question(
        String message,
        boolean datagram,
        String origin,
        long pid,
        boolean named,
        List<ConfiguredPort> places) {
    private static final int HEAD = 5;
    private static final int EACH = 3;

    Question {
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(origin, "origin");
        places = List.copyOf(places);
    }

    /// The question about a failure.
    ///
    /// @param configured the places that the application's properties name
    static Question about(BindFailure failure, List<ConfiguredPort> configured) {
        List<ConfiguredPort> places =
                failure.place()
                        .map(place -> List.of(completed(place, configured)))
                        .orElse(configured);
        return new Question(
                failure.message(),
                failure.datagram(),
                failure.origin(),
                ProcessHandle.current().pid(),
                failure.place().isPresent(),
                places);
    }

    /// Completes the place: the failure knows the port, the properties the rest.
    private static ConfiguredPort completed(ConfiguredPort place, List<ConfiguredPort> configured) {
        return configured.stream()
                .filter(other -> other.port() == place.port())
                .findFirst()
                .map(
                        other ->
                                new ConfiguredPort(
                                        place.host().isEmpty() ? other.host() : place.host(),
                                        place.port(),
                                        other.property()))
                .orElse(place);
    }

    /// **Shape:** message, datagram, origin, pid, named, then host, port and property of each
    /// place.
    List<String> encoded() {
        List<String> words = new ArrayList<>();
        words.add(message);
        words.add(Boolean.toString(datagram));
        words.add(origin);
        words.add(Long.toString(pid));
        words.add(Boolean.toString(named));
        places.stream()
                .flatMap(
                        place ->
                                Stream.of(
                                        place.host(),
                                        Integer.toString(place.port()),
                                        place.property()))
                .forEach(words::add);
        return words;
    }

    /// Reads the result of [#encoded()].
    ///
    /// @throws RuntimeException if the words are not those of [#encoded()]
    static Question decode(List<String> words) {
        List<ConfiguredPort> places = new ArrayList<>();
        for (int i = HEAD; i < words.size(); i += EACH) {
            int port = Integer.parseInt(words.get(i + 1));
            places.add(new ConfiguredPort(words.get(i), port, words.get(i + 2)));
        }
        return new Question(
                words.get(0),
                Boolean.parseBoolean(words.get(1)),
                words.get(2),
                Long.parseLong(words.get(3)),
                Boolean.parseBoolean(words.get(4)),
                places);
    }
}
