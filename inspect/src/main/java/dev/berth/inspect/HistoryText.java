package dev.berth.inspect;

import dev.berth.net.Addresses;
import dev.berth.net.Protocol;
import dev.berth.sys.SockAddr;
import dev.berth.sys.Sockets;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Histories as lines of text, for storing and printing.
///
/// **Shape:** `ID PROTOCOL: STEP; STEP; …` with the steps
///
///     socket a 4|6 [ra] [rp] [v6only] [lo] [uid=1000]     attach a
///     bind a 0.0.0.0     listen a     shutdown a     close a
///     set a [ra=0|1] [rp=0|1] [uid=1000]
///     connect c to a via 127.0.0.1 accept d [uid=1000]     peer a 127.0.0.1
final class HistoryText {
    private static final Pattern SPACES = Pattern.compile(" +");

    private HistoryText() {}

    /// @throws IllegalArgumentException if `line` is not a history; the message names the step
    static History parse(String line) {
        int colon = line.indexOf(": ");
        String[] head = line.substring(0, Math.max(0, colon)).split(" ");
        if (head.length != 2) {
            throw new IllegalArgumentException("not a history: " + line);
        }
        Protocol protocol =
                switch (head[1]) {
                    case "tcp" -> Protocol.TCP;
                    case "udp" -> Protocol.UDP;
                    default -> throw new IllegalArgumentException("not a protocol: " + head[1]);
                };
        List<HistoryStep> steps = new ArrayList<>();
        for (String step : line.substring(colon + 2).split(";")) {
            steps.add(step(step.strip()));
        }
        return new History(head[0], protocol, steps);
    }

    private static HistoryStep step(String text) {
        List<String> words = List.of(SPACES.split(text));
        try {
            return step(words.get(0), words.get(1), words.subList(2, words.size()));
        } catch (IndexOutOfBoundsException | IllegalArgumentException wrong) {
            throw new IllegalArgumentException("not a step: " + text, wrong);
        }
    }

    private static HistoryStep step(String op, String id, List<String> rest) {
        return switch (op) {
            case "socket" ->
                    new HistoryStep.Open(
                            id,
                            rest.get(0).equals("4") ? Sockets.AF_INET : Sockets.AF_INET6,
                            rest.contains("ra"),
                            rest.contains("rp"),
                            rest.contains("v6only"),
                            value(rest, "uid").orElse(0),
                            rest.contains("lo"));
            case "attach" -> new HistoryStep.Attach(id);
            case "bind" -> new HistoryStep.Bind(id, Addresses.of(rest.get(0), 0));
            case "listen" -> new HistoryStep.Listen(id);
            case "shutdown" -> new HistoryStep.Shutdown(id);
            case "close" -> new HistoryStep.Close(id);
            case "set" ->
                    new HistoryStep.Change(
                            id,
                            value(rest, "ra").map(number -> number != 0),
                            value(rest, "rp").map(number -> number != 0),
                            value(rest, "uid"));
            case "connect" ->
                    new HistoryStep.Connect(
                            id,
                            after(rest, "to"),
                            Addresses.of(after(rest, "via"), 0),
                            after(rest, "accept"),
                            value(rest, "uid").orElse(0));
            case "peer" -> new HistoryStep.Peer(id, Addresses.of(rest.get(0), 0));
            default -> throw new IllegalArgumentException(op);
        };
    }

    private static String after(List<String> words, String word) {
        return words.get(words.indexOf(word) + 1);
    }

    private static Optional<Integer> value(List<String> words, String name) {
        return words.stream()
                .filter(word -> word.startsWith(name + "="))
                .map(word -> Integer.valueOf(word.substring(name.length() + 1)))
                .findFirst();
    }

    static String write(History history) {
        return history.steps().stream()
                .map(HistoryText::write)
                .collect(
                        Collectors.joining(
                                "; ", history.id() + " " + history.protocol().text() + ": ", ""));
    }

    static String write(HistoryStep step) {
        return switch (step) {
            case HistoryStep.Open open ->
                    words(
                            "socket " + open.id(),
                            open.family() == Sockets.AF_INET ? "4" : "6",
                            open.reuseaddr() ? "ra" : "",
                            open.reuseport() ? "rp" : "",
                            open.v6only() ? "v6only" : "",
                            open.loopback() ? "lo" : "",
                            uid(open.uid()));
            case HistoryStep.Attach attach -> "attach " + attach.id();
            case HistoryStep.Bind bind -> words("bind", bind.id(), host(bind.address()));
            case HistoryStep.Listen listen -> "listen " + listen.id();
            case HistoryStep.Change change ->
                    words(
                            "set " + change.id(),
                            change.reuseaddr().map(on -> "ra=" + (on ? 1 : 0)).orElse(""),
                            change.reuseport().map(on -> "rp=" + (on ? 1 : 0)).orElse(""),
                            change.uid().map(uid -> "uid=" + uid).orElse(""));
            case HistoryStep.Shutdown shutdown -> "shutdown " + shutdown.id();
            case HistoryStep.Close close -> "close " + close.id();
            case HistoryStep.Connect connect ->
                    words(
                            "connect " + connect.id(),
                            "to " + connect.to(),
                            "via " + host(connect.via()),
                            "accept " + connect.accept(),
                            uid(connect.acceptUid()));
            case HistoryStep.Peer peer -> words("peer", peer.id(), host(peer.peer()));
        };
    }

    private static String host(SockAddr.Inet address) {
        return address.host();
    }

    private static String uid(int uid) {
        return uid == 0 ? "" : "uid=" + uid;
    }

    private static String words(String... words) {
        return Arrays.stream(words)
                .filter(word -> !word.isEmpty())
                .collect(Collectors.joining(" "));
    }
}
