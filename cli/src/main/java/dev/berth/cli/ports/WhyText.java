package dev.berth.cli.ports;

import dev.berth.cli.command.LineWrap;
import dev.berth.inspect.BindForecast;
import dev.berth.inspect.Cause;
import dev.berth.inspect.Owner;
import dev.berth.inspect.PortSocket;
import dev.berth.inspect.SocketText;
import dev.berth.sys.Errno;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/// `berth why` for people: the verdict first.
final class WhyText {
    private static final int LEAST = 40;

    /// The number of sockets that are listed individually for one rule.
    private static final int MOST_NAMED = 5;

    private final int columns;
    private final Function<PortSocket, Optional<SteeredGroup>> services;

    /// @param services finds the service of Berth that owns a socket, if there is one
    WhyText(OptionalInt columns, Function<PortSocket, Optional<SteeredGroup>> services) {
        this.services = services;
        this.columns = Math.max(columns.orElse(Integer.MAX_VALUE), LEAST);
    }

    List<String> lines(BindForecast forecast) {
        List<String> lines = new ArrayList<>();
        add(lines, verdict(forecast), 2);
        sockets(lines, forecast);
        service(forecast)
                .ifPresent(
                        name ->
                                section(
                                        lines,
                                        "This is Berth's service " + name + ":",
                                        verbs(name)));
        section(lines, "What would help:", forecast.fixes());
        section(lines, "Who then gets what:", forecast.traffic());
        section(lines, "Not certain, because:", forecast.uncertain());
        return lines;
    }

    private void add(List<String> lines, String text, int indent) {
        lines.addAll(LineWrap.lines(text, columns, indent));
    }

    private static String verdict(BindForecast forecast) {
        String sure = forecast.certain() ? "certain" : "not certain";
        String address = forecast.request().address().toString();
        Optional<Errno> bind = forecast.bind();
        if (bind.isPresent()) {
            return address + ": no, bind() would fail: " + text(bind.get()) + "; " + sure;
        }
        Optional<Errno> listen = forecast.listen();
        return listen.isPresent()
                ? address + ": no, listen() would fail: " + text(listen.get()) + "; " + sure
                : address + ": yes, it would succeed; " + sure;
    }

    private static String text(Errno errno) {
        return errno + " (" + errno.text() + ")";
    }

    private void sockets(List<String> lines, BindForecast forecast) {
        Map<String, List<Cause>> bySentence = new LinkedHashMap<>();
        for (Cause cause : forecast.because()) {
            bySentence.computeIfAbsent(cause.sentence(), _ -> new ArrayList<>()).add(cause);
        }
        bySentence.values().forEach(causes -> rule(lines, causes));
    }

    private static List<String> verbs(String name) {
        return List.of(
                "berth status " + name + ": its workers",
                "berth scale " + name + " N: more or fewer workers",
                "berth roll " + name + " -- COMMAND: another program instead",
                "berth stop " + name + ": to free the port");
    }

    /// The name of the first supervisor of Berth that owns one of the sockets and answers.
    private Optional<String> service(BindForecast forecast) {
        return forecast.because().stream()
                .flatMap(cause -> cause.socket().stream())
                .filter(socket -> socket.owners().stream().anyMatch(Owner::supervisor))
                .findFirst()
                .flatMap(services)
                .map(SteeredGroup::name);
    }

    /// Adds each holder once, with a count of its sockets.
    private void rule(List<String> lines, List<Cause> causes) {
        Map<String, List<PortSocket>> alike = new LinkedHashMap<>();
        causes.stream()
                .flatMap(cause -> cause.socket().stream())
                .forEach(
                        socket ->
                                alike.computeIfAbsent(
                                                SocketText.kind(socket), _ -> new ArrayList<>())
                                        .add(socket));
        alike.values().stream()
                .limit(MOST_NAMED)
                .forEach(sockets -> add(lines, "  " + SocketText.lines(sockets), 6));
        int more = alike.values().stream().skip(MOST_NAMED).mapToInt(List::size).sum();
        if (more > 0) {
            lines.add(
                    "  and " + more + (more == 1 ? " more socket" : " more sockets") + " likewise");
        }
        add(lines, "    " + causes.getFirst().sentence(), 6);
    }

    private void section(List<String> lines, String title, List<String> sentences) {
        if (!sentences.isEmpty()) {
            lines.add(title);
            sentences.forEach(sentence -> add(lines, "  - " + sentence, 4));
        }
    }
}
