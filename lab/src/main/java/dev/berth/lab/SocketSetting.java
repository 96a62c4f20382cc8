package dev.berth.lab;

import dev.berth.sys.Descriptors;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A property of a socket that a step can set.
enum SocketSetting {
    REUSEADDR(SocketOption.REUSEADDR, StepKey.Type.FLAG),
    REUSEPORT(SocketOption.REUSEPORT, StepKey.Type.FLAG),
    V6ONLY(SocketOption.V6ONLY, StepKey.Type.FLAG),
    FREEBIND(SocketOption.FREEBIND, StepKey.Type.FLAG),
    BROADCAST(SocketOption.BROADCAST, StepKey.Type.FLAG),
    BIND_ADDRESS_NO_PORT(SocketOption.BIND_ADDRESS_NO_PORT, StepKey.Type.FLAG),
    DEFER_ACCEPT(SocketOption.DEFER_ACCEPT, StepKey.Type.NUMBER),
    INCOMING_CPU(SocketOption.INCOMING_CPU, StepKey.Type.NUMBER),
    RCVBUF(SocketOption.RCVBUF, StepKey.Type.NUMBER),
    /// The interface that it is bound to, by name; empty for none.
    DEVICE(SocketOption.BINDTOIFINDEX, StepKey.Type.TEXT),
    /// The IPv4 multicast group to join.
    JOIN(SocketOption.BROADCAST, StepKey.Type.TEXT),
    /// The owner of the socket, by fchown(2).
    UID(SocketOption.REUSEPORT, StepKey.Type.NUMBER);

    private static final int IP_ADD_MEMBERSHIP = 35;

    private final SocketOption option;
    private final StepKey.Type type;

    SocketSetting(SocketOption option, StepKey.Type type) {
        this.option = option;
        this.type = type;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static List<StepKey> keys() {
        List<StepKey> keys = new ArrayList<>();
        for (SocketSetting setting : values()) {
            keys.add(new StepKey(setting.word(), setting.type, false));
        }
        return keys;
    }

    /// Sets the settings named in `arguments`, in the order of this enum.
    static void apply(int fd, StepArguments arguments) throws ErrnoException {
        for (SocketSetting setting : values()) {
            if (arguments.has(setting.word())) {
                setting.write(fd, arguments);
            }
        }
    }

    /// Refuses invalid values.
    static void check(StepArguments arguments) {
        for (SocketSetting setting : values()) {
            if (arguments.has(setting.word()) && setting.type == StepKey.Type.NUMBER) {
                arguments.number(setting.word(), 0, -1, Integer.MAX_VALUE);
            }
        }
        String group = arguments.text(JOIN.word(), "224.0.0.1");
        if (!group.matches("2(2[4-9]|3[0-9])(\\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}")) {
            throw new ArgumentException(
                    JOIN.word(),
                    "join must be an IPv4 multicast group, as \"239.1.2.3\", not " + group);
        }
    }

    /// The current value of the option.
    static String read(int fd, String word) throws ErrnoException {
        return Long.toString(valueOf(word.toUpperCase(Locale.ROOT)).option.read(fd));
    }

    /// The words that [#read] knows.
    static List<String> readable() {
        List<String> words = new ArrayList<>();
        for (SocketSetting setting : values()) {
            if (setting.type != StepKey.Type.TEXT && setting != UID) {
                words.add(setting.word());
            }
        }
        return words;
    }

    private void write(int fd, StepArguments arguments) throws ErrnoException {
        switch (this) {
            case DEVICE -> {
                byte[] name = arguments.text(word()).getBytes(StandardCharsets.US_ASCII);
                check(Sockets.setsockopt(fd, Sockets.SOL_SOCKET, Sockets.SO_BINDTODEVICE, name));
            }
            case JOIN -> check(join(fd, arguments.text(word())));
            case UID -> {
                int uid = arguments.number(word(), 0, 0, Integer.MAX_VALUE);
                ErrnoException.check("fchown", "uid " + uid, Descriptors.fchown(fd, uid, -1));
            }
            case REUSEADDR, REUSEPORT, V6ONLY, FREEBIND, BROADCAST, BIND_ADDRESS_NO_PORT ->
                    option.write(fd, arguments.flag(word(), false) ? 1 : 0);
            case DEFER_ACCEPT, INCOMING_CPU, RCVBUF ->
                    option.write(fd, arguments.number(word(), 0, -1, Integer.MAX_VALUE));
        }
    }

    private void check(long result) throws ErrnoException {
        ErrnoException.check("setsockopt", word(), result);
    }

    /// `struct ip_mreqn`: the group, no local address, the index of `lo`.
    private static int join(int fd, String group) {
        ByteBuffer request = ByteBuffer.allocate(12);
        for (String part : group.split("\\.")) {
            request.put((byte) Integer.parseInt(part));
        }
        request.position(8).order(ByteOrder.nativeOrder()).putInt(1);
        return Sockets.setsockopt(fd, Sockets.IPPROTO_IP, IP_ADD_MEMBERSHIP, request.array());
    }
}
