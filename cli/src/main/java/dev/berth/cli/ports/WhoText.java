package dev.berth.cli.ports;

import dev.berth.cli.command.LineWrap;
import dev.berth.inspect.Owner;
import dev.berth.inspect.PortGroup;
import dev.berth.inspect.PortReport;
import dev.berth.inspect.PortSocket;
import dev.berth.inspect.Printable;
import dev.berth.inspect.UserNames;
import dev.berth.net.Protocol;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/// `berth who` for people: a block for each port, with listeners first and connections summed up.
final class WhoText {
    private static final int WIDE = Integer.MAX_VALUE;
    private static final int LEAST = 20;

    /// Larger groups are shown as a table.
    private static final int MOST_IN_LINES = 2;

    private static final String RED = "31";
    private static final String BOLD = "1";

    private final int columns;
    private final boolean colour;
    private final boolean all;
    private final WhoNotes notes;
    private final Function<PortSocket, Optional<SteeredGroup>> services;
    private Consumer<String> out = _ -> {};
    private boolean several;

    /// @param columns the maximum line length; empty for no limit
    /// @param all whether each connection gets a line
    WhoText(OptionalInt columns, boolean colour, boolean all) {
        this(
                columns,
                colour,
                all,
                new WhoNotes(new UserNames()::name, WhoNotes.PortRange.outgoing()),
                SteeredGroup::of);
    }

    /// @param services finds the service of Berth that owns a socket, if there is one
    WhoText(
            OptionalInt columns,
            boolean colour,
            boolean all,
            WhoNotes notes,
            Function<PortSocket, Optional<SteeredGroup>> services) {
        this.services = services;
        this.columns = columns.isPresent() ? Math.max(columns.getAsInt(), LEAST) : WIDE;
        this.colour = colour;
        this.all = all;
        this.notes = notes;
    }

    /// Passes each line to `to` as soon as it is made, because there may be many.
    ///
    /// @param nothing the message if there is nothing to show
    void print(PortReport report, String nothing, Consumer<String> to) {
        out = to;
        if (report.sockets().isEmpty()) {
            wrapped(nothing, 0);
        }
        several = report.sockets().stream().mapToLong(PortSocket::netns).distinct().count() > 1;
        boolean first = true;
        for (WhoPortBlock block : WhoPortBlock.of(report)) {
            if (!first) {
                plain("");
            }
            first = false;
            block(block, report);
        }
        if (!report.unknown().isEmpty()) {
            if (!first) {
                plain("");
            }
            plain("unknown:");
            report.unknown().forEach(sentence -> wrapped("  " + Printable.text(sentence), 4));
        }
    }

    /// The lines of [#print].
    List<String> lines(PortReport report, String nothing) {
        List<String> lines = new ArrayList<>();
        print(report, nothing, lines::add);
        return lines;
    }

    /// The lines for one listener, its owners and its queue.
    List<String> socketLines(PortSocket socket, PortReport report) {
        List<String> lines = new ArrayList<>();
        out = lines::add;
        socket(socket, report);
        return lines;
    }

    private void block(WhoPortBlock block, PortReport report) {
        painted(title(block), BOLD);
        List<PortSocket> first = new ArrayList<>(block.listeners());
        first.addAll(block.silent());
        Set<Integer> shown = new HashSet<>();
        for (PortSocket socket : first) {
            int group = table(socket, report);
            if (group == 0) {
                socket(socket, report);
            } else if (shown.add(group)) {
                group(group, socket, first, report);
            }
        }
        if (all) {
            block.connections().forEach(this::connection);
            block.leftOvers().forEach(this::connection);
        } else {
            clients(block.connections());
            leftOvers(block.leftOvers());
        }
        notes.of(block).forEach(note -> wrapped("  - " + note, 4));
    }

    /// The number of its group if the group is shown as a table, or else 0.
    private int table(PortSocket socket, PortReport report) {
        int group = socket.group().orElse(0);
        boolean large = group > 0 && report.groups().get(group - 1).members() > MOST_IN_LINES;
        return large && !all && socket.protocol() == Protocol.TCP ? group : 0;
    }

    private void group(int id, PortSocket first, List<PortSocket> sockets, PortReport report) {
        PortGroup group = report.groups().get(id - 1);
        Optional<SteeredGroup> service = services.apply(first);
        plain(
                "  "
                        + WhoSocketText.state(first)
                        + " "
                        + first.local()
                        + WhoSocketText.options(first)
                        + "  group "
                        + id
                        + " of "
                        + group.members()
                        + service.map(known -> ": Berth's " + known.name() + ", " + known.steer())
                                .orElse(""));
        List<PortSocket> members =
                sockets.stream().filter(socket -> socket.group().orElse(0) == id).toList();
        List<Long> foreign = group.foreign().stream().map(PortSocket::inode).toList();
        new WhoMemberTable(service, foreign)
                .lines(members, columns == WIDE ? WIDE : columns - 4, colour)
                .forEach(line -> out.accept("    " + line));
        plain("    each descriptor: --all");
    }

    private String title(WhoPortBlock block) {
        StringBuilder title = new StringBuilder();
        title.append(block.key().protocol().text()).append(' ').append(block.key().port());
        return several ? title + " in network namespace " + block.key().netns() : title.toString();
    }

    private void socket(PortSocket socket, PortReport report) {
        plain(
                "  "
                        + WhoSocketText.state(socket)
                        + " "
                        + socket.local()
                        + WhoSocketText.options(socket)
                        + group(socket, report));
        owners(socket);
        WhoSocketText.queue(socket).ifPresent(text -> plain("    " + text));
        WhoSocketText.drops(socket).ifPresent(text -> painted("    " + text, RED));
        foreignSocket(socket, report);
    }

    private static String group(PortSocket socket, PortReport report) {
        if (socket.group().isEmpty()) {
            return "";
        }
        PortGroup group = report.groups().get(socket.group().getAsInt() - 1);
        return group.members() > 1
                ? "  group " + group.id() + " (one of " + group.members() + ")"
                : "";
    }

    private void owners(PortSocket socket) {
        for (Owner owner : socket.owners()) {
            List<String> facts = new ArrayList<>();
            facts.add(Printable.text(owner.user()));
            facts.add("fd " + owner.fd());
            owner.container().ifPresent(name -> facts.add(Printable.text(name)));
            owner.unit().ifPresent(name -> facts.add(Printable.text(name)));
            String head = "    pid " + owner.pid() + " ";
            String tail = "  (" + String.join(", ", facts) + ")";
            plain(head + command(owner, columns - head.length() - tail.length()) + tail);
        }
        if (socket.owners().isEmpty()) {
            wrapped("    " + Printable.text(socket.explanation()), 6);
        }
    }

    private static String command(Owner owner, int most) {
        return Printable.command(owner.command(), most);
    }

    private void foreignSocket(PortSocket socket, PortReport report) {
        if (socket.group().isPresent()) {
            PortGroup group = report.groups().get(socket.group().getAsInt() - 1);
            if (group.foreign().stream().anyMatch(other -> other.inode() == socket.inode())) {
                painted(
                        "    FOREIGN socket in the group: gets 1 of "
                                + group.members()
                                + " connections by the kernel's hash",
                        RED);
            }
        }
    }

    /// Prints one line for each owner, with the number of its connections in each state.
    private void clients(List<PortSocket> connections) {
        Map<String, Map<String, Integer>> byOwner = new LinkedHashMap<>();
        for (PortSocket socket : connections) {
            byOwner.computeIfAbsent(holder(socket), _ -> new LinkedHashMap<>())
                    .merge(WhoSocketText.state(socket), 1, Integer::sum);
        }
        byOwner.forEach((holder, states) -> plain("  " + text(states) + ": " + holder));
    }

    private static String holder(PortSocket socket) {
        return socket.owners().isEmpty()
                ? Printable.text(socket.explanation())
                : "pid "
                        + socket.owners().getFirst().pid()
                        + " "
                        + Printable.command(socket.owners().getFirst().command(), 60);
    }

    private void leftOvers(List<PortSocket> sockets) {
        if (!sockets.isEmpty()) {
            int last = sockets.stream().mapToInt(s -> s.timeWaitMillis().orElse(0)).max().orElse(0);
            plain("  " + count(sockets) + ": the last expires in " + seconds(last));
        }
    }

    /// `3 TIME_WAIT, 1 FIN_WAIT2`: the kernel keeps both without a socket, for different times.
    private static String count(List<PortSocket> sockets) {
        Map<String, Integer> states = new LinkedHashMap<>();
        sockets.forEach(socket -> states.merge(WhoSocketText.state(socket), 1, Integer::sum));
        return text(states);
    }

    private static String text(Map<String, Integer> states) {
        return states.entrySet().stream()
                .map(state -> state.getValue() + " " + state.getKey())
                .collect(Collectors.joining(", "));
    }

    private void connection(PortSocket socket) {
        String peer = socket.remote().map(remote -> " to " + remote).orElse("");
        String expires =
                socket.timeWaitMillis().isPresent()
                        ? ", expires in " + seconds(socket.timeWaitMillis().getAsInt())
                        : "";
        String who = expires.isEmpty() ? ": " + holder(socket) : expires;
        plain("  " + WhoSocketText.state(socket) + " " + socket.local() + peer + who);
    }

    private static String seconds(int millis) {
        return (millis + 999) / 1000 + " s";
    }

    private void plain(String text) {
        out.accept(cut(text));
    }

    private void painted(String text, String code) {
        for (String line : LineWrap.lines(text, columns, 6)) {
            out.accept(colour ? "\033[" + code + "m" + line + "\033[0m" : line);
        }
    }

    private void wrapped(String text, int indent) {
        LineWrap.lines(text, columns, indent).forEach(out);
    }

    private String cut(String text) {
        return text.length() <= columns ? text : text.substring(0, columns - 1) + "…";
    }
}
