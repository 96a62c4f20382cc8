package dev.berth.cli.ports;

import dev.berth.cli.command.Wrap;
import dev.berth.inspect.BindForecast;
import dev.berth.inspect.Cause;
import dev.berth.inspect.SocketText;
import dev.berth.sys.Errno;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// `berth why` for people: the verdict first.
final class WhyText {
    private static final int LEAST = 40;

    /// Sockets of one rule that are named one by one.
    private static final int MOST_NAMED = 5;

    private final int columns;

    WhyText(OptionalInt columns) {
        this.columns = Math.max(columns.orElse(Integer.MAX_VALUE), LEAST);
    }

    List<String> lines(BindForecast forecast) {
        List<String> lines = new ArrayList<>();
        add(lines, verdict(forecast), 2);
        sockets(lines, forecast);
        section(lines, "What would help:", forecast.fixes());
        section(lines, "Who gets what then:", forecast.traffic());
        section(lines, "Not certain, because:", forecast.uncertain());
        return lines;
    }

    private void add(List<String> lines, String text, int indent) {
        lines.addAll(Wrap.lines(text, columns, indent));
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

    private void rule(List<String> lines, List<Cause> causes) {
        causes.stream()
                .limit(MOST_NAMED)
                .flatMap(cause -> cause.socket().stream())
                .forEach(socket -> add(lines, "  " + SocketText.line(socket), 6));
        int more = causes.size() - MOST_NAMED;
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
