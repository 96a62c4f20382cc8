package dev.berth.bpf;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Plain JDK clients in the calling thread's namespace. Each sends the port that it connects from.
final class Clients implements AutoCloseable {

    private static final int LIMIT_MILLIS = 60_000;

    private final InetAddress source;
    private final InetSocketAddress server;
    private final List<Socket> connections = new ArrayList<>();

    Clients(String address, int port) throws IOException {
        this(new InetSocketAddress(0).getAddress(), address, port);
    }

    /// Creates clients that connect from this address.
    Clients(InetAddress source, String address, int port) throws IOException {
        this.source = source;
        server = new InetSocketAddress(InetAddress.getByName(address), port);
    }

    /// Connects from any port.
    void connect(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            connectFrom(0);
        }
    }

    /// Connects from any port and sends nothing yet.
    void connectSilently(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            open(0);
        }
    }

    /// Makes every connection send its port.
    void speak() throws IOException {
        for (Socket connection : connections) {
            connection.getOutputStream().write(said(connection.getLocalPort()));
        }
    }

    /// Waits for the outcome of each connection and returns how many were reset.
    int countReset() throws IOException {
        int reset = 0;
        for (Socket connection : connections) {
            connection.setSoTimeout(LIMIT_MILLIS);
            try {
                connection.getInputStream().read();
            } catch (SocketException expected) {
                reset++;
            }
        }
        return reset;
    }

    /// Connects from this port and sends it.
    ///
    /// @return the port
    int connectFrom(int port) throws IOException {
        Socket socket = open(port);
        socket.getOutputStream().write(said(socket.getLocalPort()));
        return socket.getLocalPort();
    }

    private Socket open(int port) throws IOException {
        Socket socket = new Socket();
        connections.add(socket);
        // Closing resets the connection, so that no TIME_WAIT keeps the port from the next
        // connection.
        socket.setSoLinger(true, 0);
        socket.bind(new InetSocketAddress(source, port));
        socket.connect(server, LIMIT_MILLIS);
        return socket;
    }

    /// Sends one datagram from this port.
    void sendFrom(int port) throws IOException {
        try (DatagramSocket socket = new DatagramSocket(port)) {
            byte[] message = said(socket.getLocalPort());
            socket.send(new DatagramPacket(message, message.length, server));
        }
    }

    /// Sends a datagram without content.
    void sendNothing() throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.send(new DatagramPacket(new byte[0], 0, server));
        }
    }

    private static byte[] said(int port) {
        return Integer.toString(port).getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() throws IOException {
        for (Socket connection : connections) {
            connection.close();
        }
        connections.clear();
    }
}
