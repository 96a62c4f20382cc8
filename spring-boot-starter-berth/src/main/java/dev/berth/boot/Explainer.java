package dev.berth.boot;

import static java.util.stream.Collectors.joining;

import dev.berth.inspect.BindDiagnosis;
import dev.berth.inspect.PortQuery;
import dev.berth.inspect.PortReport;
import dev.berth.inspect.PortSocket;
import dev.berth.inspect.SocketText;
import dev.berth.net.Protocol;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/// Answers a question by inspecting the ports.
final class Explainer {
    private static final int MOST_LISTED = 8;
    private static final String AGAIN = "If the port is free now, start the application again.";

    private final Question question;
    private final Protocol protocol;

    Explainer(Question question) {
        this.question = question;
        this.protocol = question.datagram() ? Protocol.UDP : Protocol.TCP;
    }

    /// Answers the question.
    ///
    /// @throws IOException if the kernel's tables cannot be read
    ExplainerResult result() throws IOException {
        List<PortFinding> findings = new ArrayList<>();
        for (ConfiguredPort place : question.places()) {
            findings.add(scan(place));
        }
        return question.named() ? named(findings.get(0)) : guessed(findings);
    }

    private PortFinding scan(ConfiguredPort place) throws IOException {
        return new PortFinding(place, diagnosis(place), question.pid());
    }

    private BindDiagnosis diagnosis(ConfiguredPort place) throws IOException {
        InetSocketAddress address =
                place.host().isEmpty()
                        ? new InetSocketAddress(place.port())
                        : new InetSocketAddress(InetAddress.getByName(place.host()), place.port());
        return BindDiagnosis.of(new BindException(question.message()), protocol, address);
    }

    private ExplainerResult named(PortFinding finding) {
        if (finding.free()) {
            return new ExplainerResult(finding.diagnosis().summary() + ".", AGAIN);
        }
        String description =
                "Port " + finding.place().port() + " cannot be bound:" + finding.text();
        return new ExplainerResult(description, advice(List.of(finding)));
    }

    /// Answers if the exception does not name the port.
    private ExplainerResult guessed(List<PortFinding> findings) throws IOException {
        List<PortFinding> taken = findings.stream().filter(finding -> !finding.free()).toList();
        List<PortFinding> others = taken.stream().filter(finding -> !finding.own()).toList();
        List<PortFinding> suspects = others.isEmpty() ? taken : others;
        String what = "A socket could not be bound: " + question.message() + where() + ".\n";
        return suspects.isEmpty()
                ? new ExplainerResult(what + unknown(), "Find out which port it is. " + AGAIN)
                : new ExplainerResult(
                        what
                                + "The exception does not name the port. Of the configured ports,"
                                + " these cannot be bound now:"
                                + suspects.stream().map(PortFinding::text).collect(joining("\n")),
                        advice(suspects));
    }

    private String where() {
        return question.origin().isEmpty() ? "" : ", at " + question.origin();
    }

    private String unknown() throws IOException {
        List<PortSocket> sockets =
                PortReport.of(PortQuery.everything().withProtocol(protocol).withListenersOnly())
                        .sockets();
        String tried =
                question.places().stream()
                        .map(place -> place.property() + "=" + place.port())
                        .collect(joining(", "));
        return "The exception does not name the port"
                + (tried.isEmpty()
                        ? "."
                        : ", and the configured ports are free now (" + tried + ").")
                + " Listeners on this machine:\n"
                + sockets.stream()
                        .limit(MOST_LISTED)
                        .map(socket -> "\n    " + SocketText.line(socket))
                        .collect(joining())
                + (sockets.size() > MOST_LISTED
                        ? "\n    and " + (sockets.size() - MOST_LISTED) + " more (berth who)"
                        : "");
    }

    /// What would help.
    ///
    /// @param findings at least one
    private static String advice(List<PortFinding> findings) {
        String fixes =
                findings.stream()
                        .flatMap(
                                finding ->
                                        finding.fixes().stream()
                                                .map(fix -> line(finding, fix, findings.size())))
                        .collect(joining());
        String properties =
                findings.stream()
                        .map(finding -> finding.place().property())
                        .filter(property -> !property.isEmpty())
                        .distinct()
                        .collect(joining(" or "));
        return (fixes.isEmpty()
                        ? "Give the application another address or port."
                        : "Any one of these helps; each was checked against the rules:\n" + fixes)
                + (properties.isEmpty() ? "" : "\n\nThe port is set by " + properties + ".");
    }

    private static String line(PortFinding finding, String fix, int findings) {
        return "\n    - " + (findings == 1 ? "" : "port " + finding.place().port() + ": ") + fix;
    }
}
