#!/usr/bin/perl
# pour.pl [HOST]:PORT [BYTES]: calls HOST by TCP, or without a host waits for one call. Sends so many bytes; or else takes what
# comes to its end, and prints how many bytes that were and in how many milliseconds they came.
use strict;
use warnings;
use IO::Socket::INET;
use Time::HiRes 'time';

my ($host, $port) = split /:/, $ARGV[0];
my $bytes = $ARGV[1];
my $socket;
if ($host eq '') {
  my $listener = IO::Socket::INET->new(LocalPort => $port, Listen => 1, ReuseAddr => 1) or die "listen: $!\n";
  $socket = $listener->accept or die "accept: $!\n";
} else {
  for (1 .. 50) {
    $socket = IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port, Timeout => 5) and last;
    select undef, undef, undef, 0.1;
  }
  die "connect: $!\n" unless $socket;
}
if ($bytes) {
  my $sent = 0;
  while ($sent < $bytes) {
    my $left = $bytes - $sent;
    $sent += syswrite($socket, "\0" x ($left < 65536 ? $left : 65536)) // die "send: $!\n";
  }
  exit 0;
}
my ($received, $start) = (0);
while (my $count = sysread $socket, my $buffer, 65536) {
  $start //= time;
  $received += $count;
}
printf "%d %d\n", $received, 1000 * (time - ($start // time));
