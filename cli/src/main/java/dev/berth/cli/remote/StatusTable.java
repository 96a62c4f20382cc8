package dev.berth.cli.remote;

import dev.berth.cli.command.Durations;
import dev.berth.cli.command.LineWrap;
import dev.berth.cli.command.Percent;
import dev.berth.inspect.Printable;
import dev.berth.net.ForeignText;
import dev.berth.net.PortHolder;
import dev.berth.supervise.contract.Status;
import dev.berth.supervise.contract.Status.ForeignSocket;
import dev.berth.supervise.contract.Status.SlotStatus;
import dev.berth.supervise.contract.Status.SocketStatus;
import dev.berth.supervise.contract.Status.WorkerStatus;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;

/// `berth status` for people: a row for each slot, another row for each further worker in it, and
/// below the table what else an operator should know.
public final class StatusTable {
    private static final int WIDE = 120;
    private static final int LEAST_COMMAND = 30;

    private final OptionalInt columns;
    private final boolean colour;
    private final Instant now;

    /// @param columns the maximum line length; empty for no limit
    public StatusTable(OptionalInt columns, boolean colour, Instant now) {
        this.columns = columns;
        this.colour = colour;
        this.now = now;
    }

    public List<String> lines(Status status) {
        List<String> lines = new ArrayList<>();
        String title = status.name() + " (pid " + status.pid() + ")";
        int room = columns.isPresent() ? columns.getAsInt() : WIDE;
        String command = status.command().toString();
        if (room - title.length() > LEAST_COMMAND) {
            add(lines, title + ": " + Printable.command(command, room - title.length() - 2));
        } else {
            add(lines, title);
            add(lines, Printable.command(command, room));
        }
        add(lines, String.join(" ", status.listen()));
        add(lines, Printable.text("adopt " + status.adopt() + ", steer " + status.steer()));
        status.operation().ifPresent(verb -> add(lines, Printable.text("in progress: " + verb)));
        lines.add("");
        lines.addAll(table(status).lines(columns.orElse(Integer.MAX_VALUE), colour));
        List<String> below = below(status);
        if (!below.isEmpty()) {
            lines.add("");
            below.forEach(text -> add(lines, text));
        }
        return lines;
    }

    private void add(List<String> lines, String text) {
        for (String part : ForeignText.lines(text).lines().toList()) {
            if (!part.isBlank()) {
                lines.addAll(LineWrap.lines(part, columns.orElse(Integer.MAX_VALUE), 2));
            }
        }
    }

    private TextTable table(Status status) {
        var table =
                new TextTable(
                        "SLOT>0 STATE<0 PID>1 GEN>5 UP>2 RESTARTS>4 CONNS>3"
                                + " QUEUE>6 DROPS>7 STEERED>8 SHARE>9");
        for (SlotStatus slot : status.slots()) {
            addTo(table, slot, status.listen());
        }
        return table;
    }

    private void addTo(TextTable table, SlotStatus slot, List<String> listen) {
        List<String> cells = new ArrayList<>();
        cells.add(String.valueOf(slot.slot()));
        cells.add(slot.state());
        cells.add(text(slot.pid()));
        cells.add(slot.generation() > 0 ? String.valueOf(slot.generation()) : "-");
        cells.add(Durations.text(Duration.between(slot.since(), now)));
        cells.add(String.valueOf(slot.restarts()));
        cells.add(connections(slot));
        cells.addAll(sockets(slot, slot.generation(), listen));
        table.row(paint(slot.state()), cells);
        for (WorkerStatus worker : slot.workers()) {
            if (!inService(slot, worker)) {
                addTo(table, slot, worker, listen);
            }
        }
    }

    private static void addTo(
            TextTable table, SlotStatus slot, WorkerStatus worker, List<String> listen) {
        List<String> cells = new ArrayList<>();
        cells.add("");
        cells.add(worker.state());
        cells.add(String.valueOf(worker.pid()));
        cells.add(String.valueOf(worker.generation()));
        cells.add("");
        cells.add("");
        cells.add(text(worker.connections()));
        cells.addAll(sockets(slot, worker.generation(), listen));
        table.row(paint(worker.state()), cells);
    }

    private static String connections(SlotStatus slot) {
        return slot.workers().stream()
                .filter(worker -> inService(slot, worker))
                .map(worker -> text(worker.connections()))
                .findFirst()
                .orElse("-");
    }

    private static boolean inService(SlotStatus slot, WorkerStatus worker) {
        return slot.pid().isPresent() && slot.pid().getAsInt() == worker.pid();
    }

    /// Queue and backlog, drops, steered: sums over the sockets of one generation. Share: the mean
    /// over the shared addresses.
    private static List<String> sockets(SlotStatus slot, int generation, List<String> listen) {
        List<SocketStatus> own =
                slot.sockets().stream().filter(s -> s.generation() == generation).toList();
        String queue = sum(own, socket -> wide(socket.queue()));
        String backlog = sum(own, socket -> wide(socket.backlog()));
        return List.of(
                queue.equals("-") ? "-" : queue + "/" + backlog,
                sum(own, SocketStatus::drops),
                sum(own, SocketStatus::steered),
                share(own, listen));
    }

    private static String sum(
            List<SocketStatus> sockets, Function<SocketStatus, OptionalLong> value) {
        long[] known =
                sockets.stream()
                        .map(value)
                        .filter(OptionalLong::isPresent)
                        .mapToLong(OptionalLong::getAsLong)
                        .toArray();
        return known.length == 0 ? "-" : String.valueOf(Arrays.stream(known).sum());
    }

    private static String share(List<SocketStatus> sockets, List<String> listen) {
        List<SocketStatus> led =
                sockets.stream()
                        .filter(s -> s.share().isPresent() && listen.contains(s.listen()))
                        .toList();
        long addresses = led.stream().map(SocketStatus::listen).distinct().count();
        double sum = led.stream().mapToDouble(s -> s.share().orElse(0)).sum();
        return led.isEmpty() ? "-" : Percent.text(sum / addresses);
    }

    private static OptionalLong wide(OptionalInt value) {
        return value.isPresent() ? OptionalLong.of(value.getAsInt()) : OptionalLong.empty();
    }

    private static String text(OptionalInt value) {
        return value.isPresent() ? String.valueOf(value.getAsInt()) : "-";
    }

    private static TextTable.Paint paint(String state) {
        return switch (state) {
            case "ready" -> TextTable.Paint.GREEN;
            case "starting", "draining" -> TextTable.Paint.YELLOW;
            case "backoff" -> TextTable.Paint.RED;
            default -> TextTable.Paint.PLAIN;
        };
    }

    private static List<String> below(Status status) {
        List<String> below = new ArrayList<>();
        for (ForeignSocket foreignSocket : status.foreignSockets()) {
            String who =
                    foreignSocket.pid().isPresent()
                            ? PortHolder.process(
                                    foreignSocket.pid().getAsInt(), foreignSocket.command())
                            : "a socket whose process was not found";
            String line = "foreign socket on " + foreignSocket.listen() + ": " + who + ": ";
            below.add(Printable.text(line + foreignSocket.effect()));
        }
        for (SlotStatus slot : status.slots()) {
            if (!slot.lastFailure().isEmpty() && !slot.state().equals("ready")) {
                below.add("slot " + slot.slot() + ": " + slot.lastFailure());
            }
        }
        below.addAll(status.notes());
        return below;
    }
}
