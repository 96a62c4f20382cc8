package dev.berth.bpf;

import java.io.IOException;
import java.util.List;

/// Four listeners under the keys 10 to 13, and a table over them that serves nothing yet.
final class FourListeners implements AutoCloseable {
    static final int FIRST_KEY = 10;

    final GroupSockets group;
    final SocketTable table;
    final Clients clients;

    FourListeners(Loopback way) throws IOException {
        group = GroupSockets.tcp(way.server, 4);
        table = SocketTable.create(16);
        clients = way.clients();
        for (int member = 0; member < 4; member++) {
            table.put(FIRST_KEY + member, group.fd(member));
        }
        table.attach(group.fd(0));
    }

    /// The members that received the next `clients` clients.
    List<Integer> takenBy(int clients) {
        return members(group.take(clients));
    }

    static List<Integer> members(List<GroupSockets.Arrival> arrivals) {
        return arrivals.stream().map(GroupSockets.Arrival::member).toList();
    }

    long steered(int member) throws IOException {
        return table.steered(FIRST_KEY + member);
    }

    @Override
    public void close() throws IOException {
        clients.close();
        table.close();
        group.close();
    }
}
