package dev.berth.net;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.sys.Descriptors;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Sockets;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Names of network interfaces and their indices, which each network namespace numbers separately.
/// Interfaces without an address are included.
///
/// **Shape:** `struct ifreq`: the name (16 bytes, ended by 0), the index (i32), padding to 40.
///
/// **Source:** netdevice(7)
public final class DeviceNames {
    private static final long SIOCGIFNAME = 0x8910;
    private static final long SIOCGIFINDEX = 0x8933;
    private static final int NAME_BYTES = 16;
    private static final int REQUEST_BYTES = 40;

    private final Map<Integer, String> names = new HashMap<>();

    /// A cache that looks up each name once.
    public DeviceNames() {}

    /// The name in the network namespace of the calling thread. If it has no name there, or `own`
    /// is false because it belongs to another namespace, its number: `#7`. Empty for index 0.
    public Optional<String> name(int index, boolean own) {
        if (index == 0) {
            return Optional.empty();
        }
        return Optional.of(own ? names.computeIfAbsent(index, DeviceNames::read) : "#" + index);
    }

    /// The index in the network namespace of the calling thread; 0 if there is no such interface.
    ///
    /// @throws ErrnoException `EMFILE`: no socket available for the request
    public static int index(String name) throws ErrnoException {
        byte[] text = name.getBytes(UTF_8);
        if (text.length >= NAME_BYTES) {
            return 0;
        }
        byte[] request = Arrays.copyOf(text, REQUEST_BYTES);
        return ask(SIOCGIFINDEX, request) < 0 ? 0 : numbers(request).getInt(NAME_BYTES);
    }

    /// Whether an interface of the calling thread's network namespace has this index.
    ///
    /// @throws ErrnoException `EMFILE`: no socket available for the request
    public static boolean exists(int index) throws ErrnoException {
        return ask(SIOCGIFNAME, numbered(index)) >= 0;
    }

    private static byte[] numbered(int index) {
        byte[] request = new byte[REQUEST_BYTES];
        numbers(request).putInt(NAME_BYTES, index);
        return request;
    }

    private static String read(int index) {
        byte[] request = numbered(index);
        try {
            if (ask(SIOCGIFNAME, request) < 0) {
                return "#" + index;
            }
        } catch (ErrnoException noSocket) {
            return "#" + index;
        }
        String name = new String(request, 0, NAME_BYTES, UTF_8);
        return name.substring(0, name.indexOf('\0'));
    }

    private static ByteBuffer numbers(byte[] request) {
        return ByteBuffer.wrap(request).order(ByteOrder.nativeOrder());
    }

    private static int ask(long what, byte[] request) throws ErrnoException {
        int type = Sockets.SOCK_DGRAM | Sockets.SOCK_CLOEXEC;
        try (Fd socket = Fd.of("socket", "UDP", Sockets.socket(Sockets.AF_INET, type, 0))) {
            return Descriptors.ioctl(socket.number(), what, request);
        }
    }
}
