package dev.berth.lab;

import dev.berth.bpf.Classic;
import dev.berth.bpf.ClassicProgram;
import dev.berth.bpf.ClassicTable;
import dev.berth.bpf.Family;
import dev.berth.bpf.Pick;
import dev.berth.bpf.SocketTable;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The BPF programs that an actor attaches to groups.
final class Steering {
    private final SocketShelf sockets;

    /// The eBPF tables by the name of the socket that they were attached to; the program needs
    /// them.
    private final Map<String, SocketTable> tables = new HashMap<>();

    Steering(SocketShelf sockets) {
        this.sockets = sockets;
    }

    /// `index`: a classic program that always chooses one member. `hash`: one that hashes over the
    /// members up to `index`. `table`: an eBPF table of `sockets`, of which those in `serve` get
    /// new connections; used again on the same socket, it only changes `serve`. `none`: detaches.
    Answer steer(Op.Steer op) throws IOException {
        int fd = sockets.number(op.id());
        return switch (op.program()) {
            case "index" -> {
                var program = ClassicProgram.of(new Classic.Return(op.index()));
                ClassicTable.attach(fd, program.assemble());
                yield Answer.ok();
            }
            case "hash" -> {
                int[] indices = new int[op.index() + 1];
                java.util.Arrays.setAll(indices, i -> i);
                boolean four = SocketOption.DOMAIN.read(fd) == Sockets.AF_INET;
                ClassicTable.attach(
                        fd,
                        ClassicTable.program(
                                Pick.HASH, indices, four ? Family.INET : Family.INET6));
                yield Answer.ok();
            }
            case "table" -> table(op, fd);
            case "none" ->
                    Answer.of(
                            Sockets.setsockopt(
                                    fd, Sockets.SOL_SOCKET, Sockets.SO_DETACH_REUSEPORT_BPF, 0));
            default -> throw new IllegalStateException(op.program());
        };
    }

    private Answer table(Op.Steer op, int fd) throws IOException {
        SocketTable table = tables.get(op.id());
        if (table == null) {
            table = SocketTable.create(Math.max(1, op.sockets().size()));
            tables.put(op.id(), table);
            for (String id : op.sockets()) {
                table.put(op.sockets().indexOf(id), sockets.number(id));
            }
            table.serve(Pick.HASH, keys(op));
            table.attach(fd);
        } else {
            table.serve(Pick.HASH, keys(op));
        }
        return Answer.ok();
    }

    private static int[] keys(Op.Steer op) {
        List<String> names = op.sockets();
        return op.serve().stream().mapToInt(names::indexOf).toArray();
    }
}
