package dev.berth.cli.ports;

import dev.berth.cli.ports.SteeredGroup.SteeredSocket;
import dev.berth.cli.remote.TextTable;
import dev.berth.inspect.Owner;
import dev.berth.inspect.PortSocket;
import dev.berth.inspect.Printable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The sockets of one group as a table, with a row for each: who listens, how many connections are
/// queued, and for a service of Berth the slot and its share.
///
/// @param service the answer of the group's supervisor; empty if it has none, or it does not answer
/// @param foreign the inodes of sockets that do not belong to the family
record WhoMemberTable(Optional<SteeredGroup> service, List<Long> foreign) {
    private static final int MOST_COMMAND = 60;

    private record Row(Optional<SteeredSocket> steered, PortSocket socket) {
        int slot() {
            return steered.map(SteeredSocket::slot).orElse(Integer.MAX_VALUE);
        }
    }

    List<String> lines(List<PortSocket> members, int columns, boolean colour) {
        var table = new TextTable("SLOT>0 PID>0 SHARE>2 QUEUE>1 DROPS>3 COMMAND<4");
        List<Row> rows = new ArrayList<>();
        members.forEach(socket -> rows.add(new Row(seat(socket), socket)));
        rows.sort(Comparator.comparingInt(Row::slot));
        rows.forEach(row -> add(table, row));
        return table.lines(columns, colour);
    }

    private Optional<SteeredSocket> seat(PortSocket socket) {
        return service.stream()
                .flatMap(group -> group.steeredSockets().stream())
                .filter(steered -> steered.inode() == socket.inode())
                .findFirst();
    }

    private void add(TextTable table, Row row) {
        PortSocket socket = row.socket;
        Optional<Owner> owner = worker(row);
        boolean stranger = foreign.contains(socket.inode());
        String command =
                owner.map(known -> Printable.command(known.command(), MOST_COMMAND))
                        .orElseGet(() -> Printable.text(socket.missing().holder()));
        table.row(
                stranger ? TextTable.Paint.RED : TextTable.Paint.PLAIN,
                List.of(
                        row.steered.map(steered -> String.valueOf(steered.slot())).orElse("-"),
                        owner.map(known -> String.valueOf(known.pid())).orElse("-"),
                        row.steered.map(WhoMemberTable::share).orElse("-"),
                        queue(socket),
                        socket.drops().isPresent()
                                ? Integer.toUnsignedString(socket.drops().getAsInt())
                                : "-",
                        stranger ? "FOREIGN " + command : command));
    }

    /// The slot's worker, or else the last owner that is not a supervisor, because processes that
    /// inherit a socket come later.
    private static Optional<Owner> worker(Row row) {
        List<Owner> owners = row.socket.owners();
        int pid = row.steered.map(SteeredSocket::pid).orElse(0);
        return owners.stream()
                .filter(owner -> owner.pid() == pid)
                .findFirst()
                .or(() -> owners.stream().filter(o -> !o.supervisor()).reduce((_, last) -> last))
                .or(() -> owners.stream().findFirst());
    }

    private static String share(SteeredSocket steered) {
        return steered.share().isPresent()
                ? dev.berth.cli.command.Percent.text(steered.share().getAsDouble())
                : "-";
    }

    private static String queue(PortSocket socket) {
        return socket.row().partial()
                ? Integer.toUnsignedString(socket.queue())
                : Integer.toUnsignedString(socket.queue())
                        + "/"
                        + Integer.toUnsignedString(socket.backlog());
    }
}
